/** The processor as an untrusted device: the same kernels in a thread with a memory of its own. */

import type { Device, DeviceInput, DeviceOutput, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { aModulus } from '../../../protocol/modulus.js';
import { aLinearMap, inputLength, type LinearMap, outputLength } from '../../../reference/linear-map.js';
import { inputCount } from '../input-count.js';
import { selfTest } from '../self-test.js';
import { Mailbox } from './mailbox.js';
import { detachable, type Mode } from './messages.js';

/** One block of WebAssembly memory is below 1 GiB, and a call also needs room for limbs. */
const MAXIMUM_TRANSFER_BYTES = 2 ** 29;

/** How to open the device. */
export interface WasmDeviceOptions {
  /** The thread's script, for bundlers that move it; by default the file beside this one. */
  readonly script?: URL;
}

/** The compiled worker, or the way to the TypeScript one when this file itself runs as TypeScript. */
function defaultScript(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js', import.meta.url);
}

/** Clones a map for the other thread: only its weights are large, and only they must not be shared. */
function cloned(map: LinearMap): { map: LinearMap; buffer: ArrayBuffer } {
  const weights = map.weights.slice();
  return { map: { ...map, weights }, buffer: weights.buffer };
}

class WasmMap implements LoadedMap {
  readonly #mailbox: Mailbox;
  readonly #handle: number;
  readonly #mode: Mode;
  readonly #inputs: number;
  readonly #outputs: number;
  #released = false;

  constructor(mailbox: Mailbox, handle: number, map: LinearMap, mode: Mode) {
    this.#mailbox = mailbox;
    this.#handle = handle;
    this.#mode = mode;
    this.#inputs = inputLength(map);
    this.#outputs = outputLength(map);
  }

  async apply(x: DeviceInput, into?: DeviceOutput): Promise<DeviceOutput> {
    if (this.#released) throw new DeviceError('The map was released and cannot be applied any more.');
    const count = inputCount(x, {
      mode: this.#mode,
      inputs: this.#inputs,
      outputs: this.#outputs,
      maximumTransferBytes: MAXIMUM_TRANSFER_BYTES,
    });
    const handle = this.#handle;
    if (into !== undefined && !(x.buffer instanceof ArrayBuffer)) {
      if (into.length !== this.#outputs * count) {
        throw new RangeError(`expected room for ${this.#outputs * count} entries, got ${into.length}`);
      }
      await this.#mailbox.ask({ verb: 'apply', handle, x, into });
      return into;
    }
    // Whoever gives no room for the answer did not mean to share memory with another thread.
    const { array, buffer } = detachable(x);
    const y = await this.#mailbox.ask({ verb: 'apply', handle, x: array }, [buffer]);
    if (y === undefined) throw new DeviceError('The wasm device gave no answer.');
    return y;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    // Nobody waits for this, and a device that is gone has released everything.
    this.#mailbox.ask({ verb: 'release', handle: this.#handle }).catch(() => {});
  }
}

/**
 * Opens the device and tests it with worst-case vectors.
 *
 * Calls may overlap; they are answered in order by one thread. `apply` takes over the input's buffer. `load` refuses a map
 * whose integers may not fit int32 (`'integers'` only) and rejects malformed maps with `TypeError` or `RangeError`.
 *
 * @throws DeviceError when the thread cannot start (kernels not built) or does not compute exactly
 * @example
 * const device = await wasmDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function wasmDevice(options: WasmDeviceOptions = {}): Promise<Device> {
  const mailbox = new Mailbox(options.script ?? defaultScript());
  let handles = 0;
  const device: Device = {
    name: 'wasm',
    limits: { maximumTransferBytes: MAXIMUM_TRANSFER_BYTES, concurrency: 2, sharedMemory: true },
    async load(map, mode) {
      aLinearMap(map);
      if (mode !== 'integers') aModulus(mode);
      const handle = handles++;
      const copy = cloned(map);
      await mailbox.ask({ verb: 'load', handle, map: copy.map, mode }, [copy.buffer]);
      return new WasmMap(mailbox, handle, map, mode);
    },
    close: () => mailbox.close(),
  };
  try {
    await selfTest(device);
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}
