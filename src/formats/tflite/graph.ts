/** The network while it is being built from a file's operators. */

import { ModelError } from '../../model/errors.js';
import type { Operation } from '../../model/quantized-network.js';
import type { ActivationTensor, TensorId } from '../../model/tensor.js';
import type { FileTensor, ModelFile } from './model-file.js';

/** Weights may be shared between layers, but a small file must not grow into an endless network. */
const MOST_USES_OF_A_BYTE = 16;

export class Graph {
  readonly tensors: ActivationTensor[] = [];
  readonly operations: Operation[] = [];
  readonly #file: ModelFile;
  /** Which tensor of the network a tensor of the file became. */
  readonly #ids = new Map<number, TensorId>();
  #entriesLeft: number;

  constructor(file: ModelFile) {
    this.#file = file;
    this.#entriesLeft = MOST_USES_OF_A_BYTE * file.byteLength;
  }

  /** Adds a tensor that no tensor of the file stands for. */
  add(tensor: ActivationTensor): TensorId {
    this.tensors.push(tensor);
    return this.tensors.length - 1;
  }

  /** Declares that the file's tensor is the network's tensor `id`. */
  bind(fileIndex: number, id: TensorId): void {
    this.#ids.set(fileIndex, id);
  }

  /** The tensor of the network that the file's tensor became, or undefined when it has not been computed. */
  idOf(fileIndex: number): TensorId | undefined {
    return this.#ids.get(fileIndex);
  }

  /** The file's tensor of that index. */
  fileTensor(index: number): FileTensor {
    const tensor = this.#file.tensors[index];
    if (tensor === undefined) throw new ModelError(`${this.#file.name} is damaged: it has no tensor ${index}.`);
    return tensor;
  }

  /** Counts the constant entries that were copied into the network. */
  charge(entries: number): void {
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0) {
      throw new ModelError(`${this.#file.name} uses the same weights in too many operators.`);
    }
  }
}
