/** The untrusted side: one small interface, four verbs. Nothing behind it is believed. */
import type { LinearMap } from '../reference/linear-map.js';
import type { Modulus } from './modulus.js';

/** What a device can do; a map that does not fit is refused by `load` with a `DeviceError`. */
export interface DeviceLimits {
  /** The most bytes one call may carry in or out. */
  readonly maximumTransferBytes: number;
  /** How many calls may usefully be in flight at once. */
  readonly concurrency: number;
}

/**
 * What goes to a device. In `'integers'` mode an `Int16Array` inside the map's declared input range; for a modulus a
 * `Uint32Array` of residues below it. One input, or several back to back (a whole multiple of |X| entries).
 * The array is handed over: the caller does not read or change it afterwards, and the device may transfer its buffer.
 */
export type DeviceInput = Int16Array | Uint32Array;

/**
 * What an honest device answers: `Int32Array` of exact integers in `'integers'` mode, `Uint32Array` of canonical residues for
 * a modulus; |Y| entries per input. A hostile one may answer anything, so this type is a promise nobody relies on.
 */
export type DeviceOutput = Int32Array | Uint32Array;

/** A map that is resident on the device. */
export interface LoadedMap {
  /** L(x), exact over the integers or modulo the modulus it was loaded for. Calls may overlap. */
  apply(x: DeviceInput): Promise<DeviceOutput>;
  /** Frees what `load` took. Later calls of `apply` reject. */
  release(): void;
}

/** Anything that can apply linear maps: a worker thread, a GPU, a machine somewhere else. */
export interface Device {
  readonly name: string;
  readonly limits: DeviceLimits;
  load(map: LinearMap, modulus: Modulus | 'integers'): Promise<LoadedMap>;
  /** Ends the device; pending calls reject. Calling it twice is harmless. */
  close(): Promise<void>;
}
