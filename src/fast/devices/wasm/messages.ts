/** What the device's two threads say to each other. Arrays travel by transfer, unless the caller shares them itself. */

import { isOrdinary } from '../../../boundary/array-buffers.js';
import type { LinearMap } from '../../../model/linear-map.js';
import type { Modulus } from '../../../model/modulus.js';
import type { Device } from '../../../protocol/device.js';

/** What a map is loaded for. */
export type Mode = Modulus | 'integers';

/** `handle` names a loaded map; the asking side chooses it. */
export type Job =
  | { readonly verb: 'load'; readonly handle: number; readonly map: LinearMap; readonly mode: Mode }
  | {
      readonly verb: 'apply';
      readonly handle: number;
      readonly x: Int16Array | Uint32Array;
      readonly into?: Int32Array | Uint32Array;
    }
  | { readonly verb: 'release'; readonly handle: number }
  | { readonly verb: 'describe' }
  | { readonly verb: 'close' };

/** A job with the number under which it is answered. */
export interface Request {
  readonly id: number;
  readonly job: Job;
}

/** How a device describes itself. */
export type Description = Pick<Device, 'name' | 'limits'>;

/** The answer to request `id`: `y` for an application that was not written to `into`, `failure` when it could not be done. */
export interface Answer {
  readonly id: number;
  readonly y?: Int32Array | Uint32Array;
  /** What the device says of itself: see `aDescription`. */
  readonly description?: unknown;
  readonly failure?: string;
  /** The failure is that this machine does not have the device. */
  readonly unavailable?: boolean;
}

/** The buffer to transfer with an array: its own, unless that is shared or holds more than the array. */
export function detachable<A extends Int16Array | Int32Array | Uint32Array>(
  array: A,
): { array: A; buffer: ArrayBuffer } {
  const { buffer } = array;
  if (isOrdinary(buffer) && buffer.byteLength === array.byteLength) return { array, buffer };
  const copy = array.slice() as A;
  return { array: copy, buffer: copy.buffer as ArrayBuffer };
}
