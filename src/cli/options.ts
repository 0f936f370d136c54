/** The options that several commands share, from text to checked values. */
import { decode, wholeNumber } from '../protocol/codecs.js';
import { defaultParameters } from '../protocol/index.js';
import { aDeviceName } from './devices.js';
import { UsageError } from './exit.js';

/** What commander hands over: text, or nothing. */
export interface ProtectionText {
  readonly integrity: string;
  readonly privacy: string;
  readonly device: string;
  readonly soundnessBits: string;
}

/** How a run is protected, and by whom it is computed. */
export interface Protection {
  readonly integrity: boolean;
  readonly privacy: boolean;
  readonly device: string;
  readonly soundnessBits: number;
}

function onOrOff(text: string, option: string): boolean {
  if (text !== 'on' && text !== 'off') throw new UsageError(`${option} takes "on" or "off", not "${text}".`);
  return text === 'on';
}

function someBits(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  try {
    return decode(wholeNumber(1, 256), value, '--soundness-bits');
  } catch {
    throw new UsageError(`--soundness-bits takes a whole number from 1 to 256, not "${text}".`);
  }
}

/**
 * Checks the shared options.
 * @throws UsageError one sentence naming the option
 */
export function aProtection(text: ProtectionText): Protection {
  return {
    integrity: onOrOff(text.integrity, '--integrity'),
    privacy: onOrOff(text.privacy, '--privacy'),
    device: aDeviceName(text.device),
    soundnessBits: someBits(text.soundnessBits),
  };
}

/** The defaults, as text. */
export const defaultSoundnessBits = String(defaultParameters.soundnessBits);
