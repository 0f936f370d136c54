/** What a kind of sabotage is made of: which of a device's four verbs it bends, and what must become of it. */

import type { LinearMap } from '../../../model/linear-map.js';
import type { DeviceInput, DeviceLimits, DeviceOutput } from '../../../protocol/device.js';
import type { Mode } from '../wasm/messages.js';

/**
 * What must become of a session with integrity on whose device does this: it is not opened (a `DeviceError`), a run fails
 * with the error that is named, or every run gives the right result, because nothing that was promised was broken.
 */
export type Outcome = 'refused at open' | 'IntegrityError' | 'DeviceError' | 'right result';

/** The types of the arrays that a device answers with. */
export interface Realm {
  /** Its constructor of integers. */
  readonly Int32Array: typeof Int32Array;
  /** Its constructor of residues. */
  readonly Uint32Array: typeof Uint32Array;
}

/** One call of `apply` on the map that is sabotaged. */
export interface Call {
  readonly x: DeviceInput;
  readonly into: DeviceOutput | undefined;
  readonly map: LinearMap;
  readonly mode: Mode;
  /** How often this map was applied before. */
  readonly calls: number;
  /** Where the arrays of odd answers come from. */
  readonly realm: Realm;
  /** The truth, in memory that nobody else has. */
  honest(): Promise<DeviceOutput>;
}

/** One call of `load` for the map that is sabotaged. */
export interface Loading {
  readonly map: LinearMap;
  readonly mode: Mode;
  /** The honest map, loaded from a copy of `map`. */
  honest(): Promise<unknown>;
}

/** One call of `release` on the map that is sabotaged. */
export interface Releasing {
  /** Frees the honest map. */
  honest(): void;
  /** Every map that the device loaded so far, as the trusted side has them. */
  readonly maps: readonly { apply(x: DeviceInput): unknown; release(): unknown }[];
}

/** What is done instead of the honest thing; what is absent is done honestly. Nothing need be of the promised type. */
export interface Hooks {
  /** What `name` gives when it is read. */
  readonly name?: (honest: string) => unknown;
  /** What `limits` gives when it is read. */
  readonly limits?: (honest: DeviceLimits) => unknown;
  readonly load?: (loading: Loading) => unknown;
  readonly apply?: (call: Call) => unknown;
  readonly release?: (releasing: Releasing) => unknown;
  /** Hears what the other maps answer. */
  readonly overheard?: (y: DeviceOutput) => void;
}

/** A kind of sabotage. */
export interface Kind {
  /** What the device does, in a phrase. */
  readonly does: string;
  readonly outcome: Outcome;
  /** True if the device is silent: the outcome comes with the deadline. */
  readonly silent?: true;
  /** Called once per device, so that it may remember things. */
  readonly hooks: () => Hooks;
}

/** Kinds by name. */
export type Kinds = Readonly<Record<string, Kind>>;

/** Text that spoils a terminal: it clears the screen, rings the bell, changes the title, and does not end. */
export const NOISE = `\u001b[2J\u001b[31m\u0007\u001b]0;owned\u0007\r\n\u202e\u0000${'A\u001b[5m'.repeat(1500)}`;

/** A promise that never settles. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** A function that throws. */
export function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}
