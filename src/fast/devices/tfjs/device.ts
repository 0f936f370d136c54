/** TensorFlow.js as an untrusted device: any backend that multiplies float32 matrices, exactly. */

import { anInteger, someOptions } from '../../../boundary/validators.js';
import { integersFit } from '../../../model/bounds.js';
import { aLinearMap, inputLength, type LinearMap, outputLength } from '../../../model/linear-map.js';
import { aModulus } from '../../../model/modulus.js';
import type { Device, DeviceInput, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { inputCount } from '../input-count.js';
import { selfTest } from '../self-test.js';
import type { Mode } from '../wasm/messages.js';
import { aTimeout, openWithin } from '../within.js';
import { testAccumulators } from './accumulators.js';
import { isTfjsCore, type TfjsCore, type TfjsNamespace } from './core.js';
import { DepthwiseEvaluation } from './depthwise.js';
import type { Evaluation } from './evaluation.js';
import { MatrixEvaluation } from './matrix.js';
import { shapeOf } from './shape.js';
import { inTurn } from './turns.js';

const MAXIMUM_TRANSFER_BYTES = 2 ** 29;

/** Backends that compute on the processor like small tensors, which stay in its caches; others like few large ones. */
const TENSOR_ENTRIES: Readonly<Record<string, number>> = { cpu: 2 ** 20, wasm: 2 ** 20 };
const LARGE_TENSOR_ENTRIES = 2 ** 23;

/** How to open the device. */
export interface TfjsDeviceOptions {
  /** The device's name; `tfjs-` and the backend's name by default. */
  readonly name?: string;
  /** About how many entries the tensors of one step may have, from 2^10 to 2^24; the default depends on the backend. */
  readonly tensorEntries?: number;
  /** How long opening may take, self-test included: 120000 ms by default. */
  readonly openTimeoutMs?: number;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The backend that was the current one when the device was opened. */
class Backend {
  readonly #tf: TfjsCore;
  readonly name: string;
  closed = false;

  constructor(tf: TfjsCore) {
    this.#tf = tf;
    this.name = tf.getBackend();
  }

  /** Makes it the current one again, at once: it is initialised, so `setBackend` has nothing to wait for. */
  use(): void {
    if (this.closed) throw new DeviceError('The device was closed and cannot be used any more.');
    const tf = this.#tf;
    if (tf.getBackend() === this.name && tf.backend() === tf.findBackend(this.name)) return;
    void tf.setBackend(this.name);
  }

  /** Takes a turn with this backend; what fails in TensorFlow.js is a DeviceError. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return inTurn(this.#tf, async () => {
      try {
        this.use();
        return await work();
      } catch (error) {
        if (error instanceof DeviceError) throw error;
        throw new DeviceError(`TensorFlow.js failed on its backend "${this.name}": ${reason(error)}`);
      }
    });
  }
}

class TfjsMap implements LoadedMap {
  readonly #backend: Backend;
  readonly #evaluation: Evaluation;
  readonly #mode: Mode;
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #forget: (map: TfjsMap) => void;
  #released = false;

  constructor(backend: Backend, evaluation: Evaluation, map: LinearMap, mode: Mode, forget: (loaded: TfjsMap) => void) {
    this.#backend = backend;
    this.#evaluation = evaluation;
    this.#mode = mode;
    this.#inputs = inputLength(map);
    this.#outputs = outputLength(map);
    this.#forget = forget;
  }

  async apply(x: DeviceInput): Promise<Int32Array | Uint32Array> {
    const resume = (): void => {
      if (this.#released) throw new DeviceError('The map was released and cannot be applied any more.');
      this.#backend.use();
    };
    if (this.#released) resume();
    const count = inputCount(x, {
      mode: this.#mode,
      inputs: this.#inputs,
      outputs: this.#outputs,
      maximumTransferBytes: MAXIMUM_TRANSFER_BYTES,
    });
    return this.#backend.run(() => this.#evaluation.apply(x, count, resume));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#forget(this);
    this.#evaluation.dispose();
  }
}

/**
 * Opens a device over a TensorFlow.js namespace whose backend was chosen and is ready, and tests it with worst-case vectors.
 *
 * The backend computes y = Σ 256^(d+e) · X_d · W_e in float32 matrix products of balanced base-256 digits, over so few terms
 * at a time that each is an exact integer, whatever the backend rounds inputs to (TF32, float16, bfloat16) and in whatever
 * order it adds. Weights stay on the backend. Depthwise convolutions are done by the host.
 *
 * The backend is global to the namespace: the device sets its own again whenever it continues, so devices of several backends
 * can be used in one process, in turns. Code of yours that uses the same namespace must choose its backend after every wait.
 *
 * Calls may overlap; they are answered in order. `load` rejects malformed maps with `TypeError` or `RangeError`.
 *
 * @throws TypeError when `tf` lacks a function; RangeError for wrong options; DeviceError when it does not compute exactly
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * await tf.setBackend('cpu');
 * const device = await tfjsDevice(tf);
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 */
export async function tfjsDevice(tf: TfjsNamespace, options: TfjsDeviceOptions = {}): Promise<Device> {
  const known = { name: true, tensorEntries: true, openTimeoutMs: true } as const;
  const limitMs = aTimeout(someOptions(options, known, 'tfjsDevice').openTimeoutMs, 'openTimeoutMs');
  if (!isTfjsCore(tf)) throw new TypeError('tf must be a namespace of @tensorflow/tfjs-core');
  const backend = new Backend(tf);
  const given = options.tensorEntries ?? TENSOR_ENTRIES[backend.name] ?? LARGE_TENSOR_ENTRIES;
  const tensorEntries = anInteger(given, 'tensorEntries', 2 ** 10, 2 ** 24);
  const maps = new Set<TfjsMap>();
  const device: Device = {
    name: options.name ?? `tfjs-${backend.name}`,
    limits: { maximumTransferBytes: MAXIMUM_TRANSFER_BYTES, concurrency: 1 },
    async load(map, mode) {
      aLinearMap(map);
      if (mode !== 'integers') aModulus(mode);
      else if (!integersFit(map)) throw new DeviceError('The map may give integers that do not fit int32.');
      return backend.run(async () => {
        const shape = shapeOf(map);
        const direct = shape.map.groups > 1 && shape.groupInputs === 1;
        const evaluation = direct
          ? new DepthwiseEvaluation(shape, mode)
          : new MatrixEvaluation(tf, shape, mode, tensorEntries);
        const loaded = new TfjsMap(backend, evaluation, map, mode, (entry) => maps.delete(entry));
        maps.add(loaded);
        return loaded;
      });
    },
    async close() {
      backend.closed = true;
      for (const map of maps) map.release();
    },
  };
  return openWithin(
    limitMs,
    async () => device,
    async (opened) => {
      await testAccumulators(opened);
      await selfTest(opened, { timeoutMs: limitMs });
    },
  );
}
