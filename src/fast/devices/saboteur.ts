/** A dishonest device, to show that it is caught: any device, with one layer that is hostile. */

import { someOptions } from '../../boundary/validators.js';
import type { Device } from '../../protocol/device.js';
import { FAILURES } from './saboteurs/failures.js';
import type { Kind, Outcome, Realm } from './saboteurs/kind.js';
import { LIES } from './saboteurs/lies.js';
import { LOADS } from './saboteurs/loads.js';
import { MEMORIES } from './saboteurs/memories.js';
import { MESSAGES } from './saboteurs/messages.js';
import { PROMISES } from './saboteurs/promises.js';
import { RELEASES } from './saboteurs/releases.js';
import { STATEMENTS } from './saboteurs/statements.js';
import { sabotaged } from './saboteurs/wrap.js';

const KINDS = {
  ...LIES,
  ...MEMORIES,
  ...PROMISES,
  ...FAILURES,
  ...STATEMENTS,
  ...LOADS,
  ...RELEASES,
  ...MESSAGES,
};

/** A kind of sabotage; see `SABOTAGES`. */
export type Sabotage = keyof typeof KINDS;

/** Every kind: wrong numbers first, then odd memory, promises, failures and silence, statements, `load`, `release` and messages. */
export const SABOTAGES = Object.keys(KINDS) as readonly Sabotage[];

/** What a kind of sabotage is, for people and for tests. */
export interface SabotageDescription {
  /** What the device does, in a phrase. */
  readonly does: string;
  /**
   * What must become of a session with integrity on: it is `refused at open` (a `DeviceError`), a run fails with the error
   * that is named, or every run gives the `right result`, because no promise was broken or the breach could not matter.
   */
  readonly outcome: Outcome;
  /** True if the outcome comes with the deadline, because the device says nothing. */
  readonly silent: boolean;
}

/** What a kind does, and what must come of it. @throws TypeError for an unknown kind */
export function describeSabotage(kind: Sabotage): SabotageDescription {
  const { does, outcome, silent = false } = aKind(kind);
  return { does, outcome, silent };
}

function aKind(kind: Sabotage): Kind {
  if (!SABOTAGES.includes(kind)) throw new TypeError(`kind must be one of ${SABOTAGES.join(', ')}, not ${kind}`);
  return KINDS[kind];
}

/** Who is hostile, and how. */
export interface SaboteurOptions {
  /** The map that is sabotaged, counted from 0 in the order of `load`; statements are of the whole device. */
  readonly layer: number;
  /** What it does; `one` adds 1 to a single number. */
  readonly kind: Sabotage;
  /** Whose arrays `foreign-realm` answers with; this realm's unless given. */
  readonly realm?: Realm;
}

/**
 * Wraps a device so that one of its maps is hostile. Never use it for anything but tests and demonstrations.
 * @throws TypeError for an unknown kind; RangeError when `layer` is not a whole number
 * @example
 * const device = saboteur(await wasmDevice(), { layer: 0, kind: 'one' });
 */
export function saboteur(device: Device, options: SaboteurOptions): Device {
  const known = { layer: true, kind: true, realm: true } as const;
  const { layer, kind, realm = globalThis } = someOptions(options, known, 'saboteur');
  const { hooks } = aKind(kind);
  if (!Number.isSafeInteger(layer) || layer < 0) throw new RangeError(`layer must be a whole number, not ${layer}`);
  return sabotaged(device, layer, hooks(), realm);
}
