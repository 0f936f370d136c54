/**
 * The few functions of `@tensorflow/tfjs-core` that the device uses, as an interface of their own: nobody needs
 * TensorFlow.js to compile against this package, and any namespace of this shape can be injected.
 */

/** A tensor on some backend. */
export interface TfjsTensor {
  /** Its values, once they are computed. */
  data(): Promise<ArrayLike<number>>;
  /** Frees it. */
  dispose(): void;
}

/** What is used of TensorFlow.js, with the types that it is used with. */
export interface TfjsCore {
  /** The name of the backend in use. */
  getBackend(): string;
  /** Uses another; false when it cannot start. */
  setBackend(name: string): Promise<boolean>;
  /** The instance in use. */
  backend(): unknown;
  /** The instance of that name, if it is initialised. */
  findBackend(name: string): unknown;
  /** A tensor of these values. */
  tensor(values: Float32Array, shape: number[], dtype: 'float32'): TfjsTensor;
  /** The same values under another shape. */
  reshape(x: TfjsTensor, shape: number[]): TfjsTensor;
  /** The part from `begin` on, of that size. */
  slice(x: TfjsTensor, begin: number[], size: number[]): TfjsTensor;
  /** Tensors one after another along an axis. */
  concat(tensors: TfjsTensor[], axis: number): TfjsTensor;
  /** The matrix product. */
  matMul(a: TfjsTensor, b: TfjsTensor): TfjsTensor;
}

/**
 * What `import * as tf from '@tensorflow/tfjs-core'` provides, and more. Its own types accept only its own tensors, so
 * they are not compared here.
 */
export type TfjsNamespace = { readonly [name in keyof TfjsCore]: (...inputs: never[]) => unknown };

const FUNCTIONS = [
  'getBackend',
  'setBackend',
  'backend',
  'findBackend',
  'tensor',
  'reshape',
  'slice',
  'concat',
  'matMul',
] as const satisfies readonly (keyof TfjsCore)[];

/** True if it has every function of `TfjsCore`. */
export function isTfjsCore(value: unknown): value is TfjsCore {
  if (typeof value !== 'object' || value === null) return false;
  const members = value as Record<string, unknown>;
  return FUNCTIONS.every((name) => typeof members[name] === 'function');
}

/** Remembers tensors and disposes of them together, whatever happened in between. */
export class Tensors {
  readonly #all: TfjsTensor[] = [];

  add<T extends TfjsTensor>(tensor: T): T {
    this.#all.push(tensor);
    return tensor;
  }

  dispose(): void {
    for (const tensor of this.#all.splice(0)) tensor.dispose();
  }
}
