/** Choices with a name. */
import type { CalculatorInput } from './input.js';

/** A preset's choices: an input without what depends on the network. */
export type Preset = Omit<CalculatorInput, 'layers'>;

/** The name of a preset. */
export type PresetName = 'paper' | 'default' | '80' | '128';

/**
 * * `paper`: Tramèr and Boneh (arXiv 1806.03287) and their code: check modulus 2^24 - 3, k = 2, coordinates from 2^20 integers
 *   around 0, which gives the 2^-40 per layer that they state. Their target is per layer.
 * * `default`: what a session of this library does if nothing is said.
 * * `80`, `128`: sessions with so many `soundnessBits`.
 */
export const presets: Readonly<Record<PresetName, Preset>> = {
  paper: { checkModulus: 2 ** 24 - 3, challengeSet: 2 ** 20, repetitions: 2, targetBits: 40, targetPer: 'check' },
  default: { targetBits: 40 },
  '80': { targetBits: 80 },
  '128': { targetBits: 128 },
};

/** All of them, in the order in which they are explained. */
export const presetNames: readonly PresetName[] = ['paper', 'default', '80', '128'];
