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
export const SESSION_OPTIONS = {
  device: true,
  arithmetic: true,
  maps: true,
  parameters: true,
  randomness: true,
  identity: true,
  pads: true,
  onProgress: true,
  signal: true,
} as const satisfies { readonly [K in keyof SessionOptions]-?: true };

/** What each injected part must be able to do, and whether there is one without it. */
const PARTS = {
  arithmetic: { functions: ['allocate', 'release', 'load'], needed: true },
  randomness: { functions: ['fill'], needed: false },
  identity: { functions: ['current', 'driftMs'], needed: false },
  pads: { functions: ['count', 'add', 'reserve', 'destroy'], needed: false },
} as const;

/**
 * Whether the parts that are injected are what they must be, so that a mistake is found here and not in the middle of a run. The
 * device is not asked: what it states is read once, when it is held.
 * @throws TypeError naming the option and what it must have
 */
export function requireParts(options: SessionOptions, where: string): void {
  const { device, onProgress } = options as { device: unknown; onProgress?: unknown };
  if ((typeof device !== 'object' && typeof device !== 'function') || device === null) {
    throw new TypeError(`${where} needs a device, as in { device: await wasmDevice() }`);
  }
  for (const [name, { functions, needed }] of Object.entries(PARTS)) {
    const part = (options as unknown as Readonly<Record<string, Readonly<Record<string, unknown>> | null>>)[name];
    if (part === undefined && !needed) continue;
    const lacks = functions.find((one) => typeof Object(part)[one] !== 'function');
    if (lacks !== undefined) throw new TypeError(`${where} needs as its ${name} an object with the function ${lacks}`);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError(`${where} takes a function as onProgress`);
  }
}
