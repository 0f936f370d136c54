/** The options that several commands share, from text to checked values. */
import { availableParallelism } from 'node:os';
import { decode, wholeNumber } from '../boundary/codecs.js';
import { defaultParameters } from '../protocol/index.js';
import { aDeviceName, NO_DEVICE } from './devices.js';
import { UsageError } from './exit.js';

/** What commander hands over: text, or nothing. */
export interface GuaranteeText {
  readonly integrity: string;
  readonly privacy: string;
  readonly soundnessBits: string;
  readonly threads: string;
}

/** What is promised, and by how many threads the trusted side keeps it. */
export interface Guarantee {
  readonly integrity: boolean;
  readonly privacy: boolean;
  readonly soundnessBits: number;
  readonly threads: number;
}

/** The same of commands that run a network. */
export interface ProtectionText extends GuaranteeText {
  readonly device: string;
  readonly plan: string;
}

/** How a run is protected, and by whom it is computed. */
export interface Protection extends Guarantee {
  /** A device's name, `auto`, or `none`. */
  readonly device: string;
  readonly plan: 'auto' | 'all';
}

function onOrOff(text: string, option: string): boolean {
  if (text !== 'on' && text !== 'off') throw new UsageError(`${option} takes "on" or "off", not "${text}".`);
  return text === 'on';
}

/**
 * A whole number from `least` to `most`.
 * @throws UsageError one sentence naming the option
 */
export function aNumber(text: string, option: string, least: number, most: number): number {
  try {
    return decode(wholeNumber(least, most), /^\d+$/.test(text) ? Number(text) : Number.NaN, option);
  } catch {
    throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not "${text}".`);
  }
}

/**
 * Checks what every command that plans or runs a network takes.
 * @throws UsageError one sentence naming the option
 */
export function aGuarantee(text: GuaranteeText): Guarantee {
  return {
    integrity: onOrOff(text.integrity, '--integrity'),
    privacy: onOrOff(text.privacy, '--privacy'),
    soundnessBits: aNumber(text.soundnessBits, '--soundness-bits', 1, 256),
    threads: aNumber(text.threads, '--threads', 1, 64),
  };
}

/**
 * Checks what commands that run a network take.
 * @throws UsageError one sentence naming the option
 */
export function aProtection(text: ProtectionText): Protection {
  const { device, plan } = text;
  if (plan !== 'auto' && plan !== 'all') throw new UsageError(`--plan takes "auto" or "all", not "${plan}".`);
  if (plan === 'all' && device === NO_DEVICE) throw new UsageError(`--plan all needs a device, not --device none.`);
  return { ...aGuarantee(text), device: device === NO_DEVICE ? device : aDeviceName(device), plan };
}

/** The defaults, as text. */
export const defaultSoundnessBits = String(defaultParameters.soundnessBits);

/** All cores up to 8; beyond that the passes wait for memory. */
export const defaultThreads = String(Math.min(8, availableParallelism()));
