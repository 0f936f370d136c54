/** What every device asks of the array that `apply` gets. */

import type { Modulus } from '../../model/modulus.js';
import type { DeviceInput } from '../../protocol/device.js';
import { DeviceError } from '../../protocol/errors.js';

/** One loaded map, as far as its inputs are concerned. */
export interface CallShape {
  readonly mode: Modulus | 'integers';
  /** |X| and |Y|. */
  readonly inputs: number;
  readonly outputs: number;
  /** The most bytes one call may carry in or out. */
  readonly maximumTransferBytes: number;
}

/**
 * How many inputs lie back to back in `x`.
 * @throws TypeError for an array of another type; RangeError when its length is no whole multiple of |X|, or 0; DeviceError
 * when input or answer would exceed the transfer limit
 */
export function inputCount(x: DeviceInput, { mode, inputs, outputs, maximumTransferBytes }: CallShape): number {
  const type = mode === 'integers' ? Int16Array : Uint32Array;
  if (!(x instanceof type)) throw new TypeError(`x must be an ${type.name}`);
  const count = x.length / inputs;
  if (!Number.isInteger(count) || count === 0) {
    throw new RangeError(`expected a whole multiple of ${inputs} entries, got ${x.length}`);
  }
  if (Math.max(x.byteLength, outputs * count * 4) > maximumTransferBytes) {
    throw new DeviceError(`One call carries at most ${maximumTransferBytes} bytes: send fewer inputs at once.`);
  }
  return count;
}
