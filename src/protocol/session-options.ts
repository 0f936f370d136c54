/** What a session is opened with, and what it tells on the way. */
import type { LinearMap } from '../model/linear-map.js';
import type { TrustedArithmetic } from './arithmetic.js';
import type { Device } from './device.js';
import type { PadStore } from './pad-store.js';
import type { Parameters } from './parameters.js';
import type { ProcessIdentity } from './process-identity.js';
import type { Randomness } from './randomness.js';

/** preparing -> ready -> running -> (ready | poisoned); closed from anywhere. */
export type SessionState = 'preparing' | 'ready' | 'running' | 'poisoned' | 'closed';

/** How far a long piece of work is. */
export interface Progress {
  /** Which piece of work. */
  readonly phase: 'challenges' | 'pads' | 'online';
  /** Of `total`. */
  readonly done: number;
  /** Layers, or layers times inferences. */
  readonly total: number;
}

/** What a session needs. Device, arithmetic and randomness are injected. */
export interface SessionOptions {
  /** The untrusted side; closing the session does not close it. */
  readonly device: Device;
  /** The trusted side's arithmetic; it stays the caller's. */
  readonly arithmetic: TrustedArithmetic;
  /** The linear maps, in the order in which an inference uses them. */
  readonly maps: readonly LinearMap[];
  /** Both guarantees and 2^-40 per inference, unless said otherwise. */
  readonly parameters?: Partial<Parameters>;
  /** The operating system's generator unless given; only tests give another. Whichever it is, it is tested as it is used. */
  readonly randomness?: Randomness;
  /** Tells this process from its copies; what the system shows unless given. */
  readonly identity?: ProcessIdentity;
  /** Where pads wait; memory unless given. */
  readonly pads?: PadStore;
  /** Called as challenges are folded and pads made. */
  readonly onProgress?: (progress: Progress) => void;
  /** Interrupts opening and preparing between two layers. */
  readonly signal?: AbortSignal;
}

/** Their names. */
export const SESSION_OPTIONS = [
  'device',
  'arithmetic',
  'maps',
  'parameters',
  'randomness',
  'identity',
  'pads',
  'onProgress',
  'signal',
] as const satisfies readonly (keyof SessionOptions)[];
