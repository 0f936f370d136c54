/** A device that lives in another thread, as the asking side sees it. */

import { isOrdinary } from '../../../boundary/array-buffers.js';
import { aLinearMap, inputLength, type LinearMap, outputLength } from '../../../model/linear-map.js';
import { aModulus } from '../../../model/modulus.js';
import type { Device, DeviceInput, DeviceOutput, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { inputCount } from '../input-count.js';
import type { Mailbox } from './mailbox.js';
import { type Description, detachable, type Mode } from './messages.js';

/** Clones a map for the other thread: only its weights are large, and only they must not be shared. */
function cloned(map: LinearMap): { map: LinearMap; buffer: ArrayBuffer } {
  const weights = map.weights.slice();
  return { map: { ...map, weights }, buffer: weights.buffer };
}

class DistantMap implements LoadedMap {
  readonly #mailbox: Mailbox;
  readonly #handle: number;
  readonly #mode: Mode;
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #maximumTransferBytes: number;
  #released = false;

  constructor(mailbox: Mailbox, handle: number, map: LinearMap, mode: Mode, maximumTransferBytes: number) {
    this.#mailbox = mailbox;
    this.#handle = handle;
    this.#mode = mode;
    this.#inputs = inputLength(map);
    this.#outputs = outputLength(map);
    this.#maximumTransferBytes = maximumTransferBytes;
  }

  async apply(x: DeviceInput, into?: DeviceOutput): Promise<DeviceOutput> {
    if (this.#released) throw new DeviceError('The map was released and cannot be applied any more.');
    const count = inputCount(x, {
      mode: this.#mode,
      inputs: this.#inputs,
      outputs: this.#outputs,
      maximumTransferBytes: this.#maximumTransferBytes,
    });
    const handle = this.#handle;
    if (into !== undefined && !isOrdinary(x.buffer)) {
      if (into.length !== this.#outputs * count) {
        throw new RangeError(`expected room for ${this.#outputs * count} entries, got ${into.length}`);
      }
      const { y } = await this.#mailbox.ask({ verb: 'apply', handle, x, into });
      return y ?? into;
    }
    // Whoever gives no room for the answer did not mean to share memory with another thread.
    const { array, buffer } = detachable(x);
    const { y } = await this.#mailbox.ask({ verb: 'apply', handle, x: array }, [buffer]);
    if (y === undefined) throw new DeviceError('The device gave no answer.');
    return y;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    // Nobody waits for this, and a device that is gone has released everything.
    this.#mailbox.ask({ verb: 'release', handle: this.#handle }).catch(() => {});
  }
}

/** The device behind a mailbox; closing it ends the thread. */
export function distantDevice(mailbox: Mailbox, { name, limits }: Description): Device {
  let handles = 0;
  return {
    name,
    limits,
    async load(map, mode) {
      aLinearMap(map);
      if (mode !== 'integers') aModulus(mode);
      const handle = handles++;
      const copy = cloned(map);
      await mailbox.ask({ verb: 'load', handle, map: copy.map, mode }, [copy.buffer]);
      return new DistantMap(mailbox, handle, map, mode, limits.maximumTransferBytes);
    },
    close: () => mailbox.close(),
  };
}
