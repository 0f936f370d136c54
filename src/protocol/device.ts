/** The untrusted side: one small interface, four verbs. Nothing behind it is believed. */
import type { LinearMap } from '../model/linear-map.js';
import type { Modulus } from '../model/modulus.js';

/** What a device can do; a map that does not fit is refused by `load` with a `DeviceError`. */
export interface DeviceLimits {
  /** The most bytes one call may carry in or out. */
  readonly maximumTransferBytes: number;
  /** How many calls may usefully be in flight at once. */
  readonly concurrency: number;
  /**
   * True if `apply` takes inputs that lie in shared memory and can write answers to such memory: then nothing is copied
   * between threads. Absent means no.
   */
  readonly sharedMemory?: boolean;
}

/**
 * What goes to a device. In `'integers'` mode an `Int16Array` inside the map's declared input range; for a modulus a
 * `Uint32Array` of residues below it. One input, or several back to back (a whole multiple of |X| entries).
 * The array is handed over until the answer is there: until then the caller neither reads nor changes it. The device may
 * transfer its buffer; a buffer that it left alone may carry a later message.
 */
export type DeviceInput = Int16Array | Uint32Array;

/**
 * What an honest device answers: `Int32Array` of exact integers in `'integers'` mode, `Uint32Array` of canonical residues for
 * a modulus; |Y| entries per input. A hostile one may answer anything, so this type is a promise nobody relies on.
 */
export type DeviceOutput = Int32Array | Uint32Array;

/** A map that is resident on the device. */
export interface LoadedMap {
  /**
   * L(x), exact over the integers or modulo the modulus it was loaded for. Calls may overlap.
   * @param into room for the answer in shared memory, given only to devices whose limits say `sharedMemory`; such a device
   * may write the answer there and return `into`, or return an array of its own
   */
  apply(x: DeviceInput, into?: DeviceOutput): Promise<DeviceOutput>;
  /** Frees what `load` took. Later calls of `apply` reject. */
  release(): void;
}

/** Anything that can apply linear maps: a worker thread, a GPU, a machine somewhere else. */
export interface Device {
  /** What messages and reports call it. */
  readonly name: string;
  /** What one call may carry. */
  readonly limits: DeviceLimits;
  /** Makes a map resident, for residues modulo p or for exact integers. @throws DeviceError when it does not fit; TypeError or RangeError when the map is malformed or could not be exact */
  load(map: LinearMap, modulus: Modulus | 'integers'): Promise<LoadedMap>;
  /** Ends the device; pending calls reject. Calling it twice is harmless. */
  close(): Promise<void>;
}
