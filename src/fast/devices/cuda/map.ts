/** A map that is resident on the card. */

import { inputLength, type LinearMap, outputLength } from '../../../model/linear-map.js';
import type { DeviceInput, DeviceOutput, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { inputCount } from '../input-count.js';
import type { Mode, Operation } from './operation.js';
import type { Application, Pipeline } from './pipeline.js';

/** The most bytes that go in or out in one call; keeps every index on the card below 2^31. */
export const MAXIMUM_TRANSFER_BYTES = 2 ** 30;

/** A loaded map that can also be timed. */
export class CudaMap implements LoadedMap {
  readonly #pipeline: Pipeline;
  readonly #operation: Operation;
  readonly #mode: Mode;
  readonly #inputs: number;
  readonly #outputs: number;
  #uses = 0;
  #released = false;

  /** Maps come from a device's `load`. */
  constructor(pipeline: Pipeline, operation: Operation, map: LinearMap, mode: Mode) {
    this.#pipeline = pipeline;
    this.#operation = operation;
    this.#mode = mode;
    this.#inputs = inputLength(map);
    this.#outputs = outputLength(map);
  }

  #application(x: DeviceInput, into?: DeviceOutput): Application {
    if (this.#released) throw new DeviceError('The map was released and cannot be applied any more.');
    const integers = this.#mode === 'integers';
    const count = inputCount(x, {
      mode: this.#mode,
      inputs: this.#inputs,
      outputs: this.#outputs,
      maximumTransferBytes: MAXIMUM_TRANSFER_BYTES,
    });
    const outputsPerInput = this.#outputs;
    const type = integers ? Int32Array : Uint32Array;
    if (into !== undefined && !(into instanceof type && into.length === outputsPerInput * count)) {
      throw new RangeError(`the room for the answer must be a ${type.name} of ${outputsPerInput * count} entries`);
    }
    return { operation: this.#operation, x, count, outputsPerInput, type, into };
  }

  async #use<T>(application: Application, work: (application: Application) => Promise<T>): Promise<T> {
    this.#uses++;
    try {
      return await this.#pipeline.calls.run(() => work(application));
    } finally {
      this.#uses--;
      this.#freeIfUnused();
    }
  }

  /**
   * L(x). Calls may overlap. Room for the answer is page-locked when it comes again, and the card then writes to it. Without
   * room, an answer of 1 MiB or more lies in page-locked memory that is used again when its buffer is collected: keep the
   * array, not an address.
   * @throws TypeError, RangeError for a wrong input; DeviceError when the card fails, or the map was released
   */
  async apply(x: DeviceInput, into?: DeviceOutput): Promise<DeviceOutput> {
    return this.#use(this.#application(x, into), (application) => this.#pipeline.apply(application));
  }

  /**
   * Milliseconds that the card takes for L(x) without the copies, by its own clock.
   * @param repeats how often it is computed for the mean, 10 by default
   */
  async deviceMs(x: DeviceInput, repeats = 10): Promise<number> {
    if (!Number.isInteger(repeats) || repeats < 1) throw new RangeError('repeats must be a whole number from 1');
    return this.#use(this.#application(x), (application) => this.#pipeline.deviceMs(application, repeats));
  }

  /** Frees the weights when no call uses them any more. */
  release(): void {
    this.#released = true;
    this.#freeIfUnused();
  }

  #freeIfUnused(): void {
    if (!this.#released || this.#uses > 0) return;
    try {
      this.#pipeline.context.enter();
      this.#operation.free();
    } catch {
      // Nobody waits for this; memory that the card does not take back ends with the context.
    }
  }
}
