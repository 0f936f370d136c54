/** A program's device. What it does beside answering (limits, `load`, `release`, messages, names) the saboteurs around it do. */
// biome-ignore-all lint/suspicious/noThenProperty: hostile devices have such things.
import { createContext, runInContext } from 'node:vm';
import { saboteur } from '../../src/fast/index.js';
import type { Device, DeviceInput, DeviceLimits, DeviceOutput, Modulus } from '../../src/protocol/index.js';
import { apply, type LinearMap } from '../../src/reference/index.js';
import type { Program, Step } from './program.js';

type Arrays = Pick<typeof globalThis, 'Int32Array' | 'Uint32Array'>;
type Mode = Modulus | 'integers';

/** Another realm's arrays. */
export const foreign = runInContext('({ Int32Array, Uint32Array })', createContext()) as Arrays;

const canGrow = <B>(type: unknown, bytes: number): B =>
  new (type as new (bytes: number, how: object) => B)(bytes, { maxByteLength: bytes + 4096 });

/** L(x) for any number of inputs, exactly. */
function honest(map: LinearMap, mode: Mode, x: DeviceInput): DeviceOutput {
  const inputs = map.kind === 'dense' ? map.inputs : x.length;
  const values: number[] = [];
  const size = map.kind === 'dense' ? inputs : map.input.height * map.input.width * map.input.channels;
  for (let start = 0; start < x.length; start += size) {
    const one = x.subarray(start, start + size);
    if (map.kind === 'convolution') {
      for (const value of apply(map, Array.from(one, BigInt))) values.push(Number(value));
      continue;
    }
    for (let row = 0; row < map.outputs; row++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += map.weights[row * inputs + i]! * one[i]!;
      values.push(sum);
    }
  }
  if (mode === 'integers') return Int32Array.from(values);
  return Uint32Array.from(values, (value) => ((value % mode) + mode) % mode);
}

/** Entry + step, a residue again where residues travel. */
function moved(value: number, by: number, mode: Mode): number {
  return mode === 'integers' ? (value + by) | 0 : (((value + by) % mode) + mode) % mode;
}

/** What the step makes of the truth; nothing need be an array. */
function told(
  y: DeviceOutput,
  step: Step,
  mode: Mode,
  stale: DeviceOutput | undefined,
  other: DeviceOutput | undefined,
): unknown {
  const { what, by } = step;
  const at = step.at % Math.max(1, y.length);
  const fitted = (from: DeviceOutput | undefined): DeviceOutput => y.map((value, i) => from?.[i] ?? value);
  switch (what) {
    case 'right':
      return y;
    case 'off':
      return y.map((value, i) => (i === at ? moved(value, by, mode) : value));
    case 'off-by-many':
      return y.map((value, i) => moved(value, by * (i + 1), mode));
    case 'two-errors':
      return y.map((value, i) => moved(value, i === at ? by : i === (at + 1) % y.length ? -by : 0, mode));
    case 'swapped':
      return y.map((_, i) => y[(i + 1 + at) % y.length]!);
    case 'stale':
      return fitted(stale);
    case 'other-layer':
      return fitted(other);
    case 'sum':
      return y.map((value, i) => moved(value, stale?.[i] ?? other?.[i] ?? 1, mode));
    case 'negated':
      return y.map((value) => moved(0, -value, mode));
    case 'plus-modulus':
      return y.map((value, i) => (i === at ? value + (mode === 'integers' ? 2 ** 31 - 1 : mode) : value));
    case 'zeros':
      return y.map(() => 0);
    case 'ones':
      return y.map(() => 1);
    case 'other-type':
      return y instanceof Int32Array ? Uint32Array.from(y) : Int32Array.from(y);
    case 'floats':
      return Float64Array.from(y);
    case 'not-a-number':
      return Float32Array.from(y, () => Number.NaN);
    case 'shorter':
      return y.slice(0, -1);
    case 'longer':
      return Object.getPrototypeOf(y).constructor.from([...y, by >>> 0]);
    case 'half':
      return y.subarray(0, y.length >> 1);
    case 'nothing':
      return [undefined, null, {}, 7, ''][step.at % 5];
    case 'list':
      return [...y];
    case 'proxy':
      return new Proxy(y, {});
    case 'throws':
      throw [new Error('\u001b[2J'), undefined, 'text', Symbol('odd'), new Proxy({}, {})][step.at % 5];
  }
}

/** The same numbers in the step's memory. */
function placed(y: DeviceOutput, step: Step, x: DeviceInput, into: DeviceOutput | undefined): DeviceOutput {
  const type = Object.prototype.toString.call(y) === '[object Int32Array]' ? 'Int32Array' : 'Uint32Array';
  const over = (buffer: unknown, offset = 0): DeviceOutput => {
    const view = new globalThis[type](buffer as ArrayBuffer, offset, y.length);
    view.set(y);
    return view;
  };
  switch (step.where) {
    case 'own':
      return y;
    case 'into':
      if (into === undefined || into.length !== y.length) return y;
      into.set(y);
      return into;
    case 'shared':
      return over(new SharedArrayBuffer(y.byteLength));
    case 'offset':
      return over(new SharedArrayBuffer(y.byteLength + 64), 4 * (step.at % 16));
    case 'growable': {
      const buffer = canGrow<SharedArrayBuffer>(SharedArrayBuffer, y.byteLength);
      const view = over(buffer);
      (buffer as unknown as { grow(bytes: number): void }).grow(y.byteLength + 4 * (step.at % 1000));
      return view;
    }
    case 'resizable': {
      const buffer = canGrow<ArrayBuffer>(ArrayBuffer, y.byteLength);
      const view = step.at % 2 === 0 ? over(buffer) : new globalThis[type](buffer);
      view.set(y);
      if (step.at % 3 === 0)
        (buffer as unknown as { resize(bytes: number): void }).resize(y.byteLength + (step.at % 7));
      return view;
    }
    case 'foreign':
      return foreign[type].from(y);
    case 'message':
      return x.buffer.byteLength < y.byteLength ? y : over(x.buffer);
    case 'subarray':
      return over(new ArrayBuffer(y.byteLength + 16), 8);
    case 'detached':
      structuredClone(x.buffer instanceof ArrayBuffer ? x.buffer : null, {
        transfer: x.buffer instanceof ArrayBuffer ? [x.buffer] : [],
      });
      return y;
  }
}

function spoil(array: DeviceOutput): void {
  try {
    array.fill(7);
  } catch {
    // Its memory is gone.
  }
}

function limitsOf({ limits, sharedMemory }: Program): () => DeviceLimits {
  const maximumTransferBytes = { roomy: 2 ** 20, tiny: 40, one: 1, changing: 64 }[limits];
  let reads = 0;
  return () => {
    const later = limits === 'changing' && reads++ > 0;
    return { maximumTransferBytes: later ? Number.NaN : maximumTransferBytes, concurrency: 4, sharedMemory };
  };
}

/** Gives `answer()` when the step says so. */
function timed(step: Step, answer: () => unknown): unknown {
  switch (step.when) {
    case 'at once':
      return answer();
    case 'microtask':
      return Promise.resolve().then(answer);
    case 'later':
      return new Promise((resolve) => setImmediate(resolve)).then(answer);
    case 'never':
      return new Promise(() => {});
    case 'thenable':
      return { then: (resolve: (value: unknown) => void) => resolve(answer()) };
    case 'twice':
      return {
        then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
          resolve(answer());
          resolve(answer());
          reject(new Error('twice'));
        },
      };
  }
}

/** @param counted called for each answer that the device begins to give */
export function deviceOf(program: Program, counted: () => void): Device {
  const { steps, patience } = program;
  const limits = limitsOf(program);
  let calls = 0;
  let other: DeviceOutput | undefined;
  const base: Device = {
    name: 'hostile',
    get limits() {
      return limits();
    },
    async load(map, mode) {
      let stale: DeviceOutput | undefined;
      return {
        apply(x, into) {
          counted();
          const call = calls++;
          const lies = call % (patience + 1) === patience;
          const step = steps[Math.floor(call / (patience + 1)) % steps.length]!;
          const chosen: Step = lies
            ? step
            : { ...step, what: 'right', when: step.when === 'never' ? 'at once' : step.when };
          const answer = (): unknown => {
            const truth = honest(map, mode, x.slice());
            const lie = told(truth, chosen, mode, stale, other);
            stale = truth.slice();
            if (call % 3 === 0) other = stale;
            if (!(lie instanceof Int32Array) && !(lie instanceof Uint32Array)) return lie;
            if (chosen.what === 'proxy') return lie;
            const given = placed(lie, chosen, x, into);
            if (chosen.writesLater) setImmediate(() => spoil(given));
            return given;
          };
          return timed(chosen, answer) as Promise<DeviceOutput>;
        },
        release() {},
      };
    },
    close: async () => {},
  };
  return program.saboteurs.reduce((device, { kind, layer }) => saboteur(device, { kind, layer, realm: foreign }), base);
}
