/** The points of the calculator's charts: the same function, asked again with one number changed. */
import { calculateSoundness } from '../../../src/calculator/calculate.js';
import type { Calculation } from '../../../src/calculator/calculation.js';
import type { CalculatorInput } from '../../../src/calculator/input.js';

const shown = (bits: number): number | null => (Number.isFinite(bits) ? bits : null);

/** Bits against k, from 1 to 6 or to the k that is used. */
export function againstRepetitions(input: CalculatorInput, used: number) {
  return Array.from({ length: Math.max(6, used) }, (_, index) => {
    const { perCheck, perInference, perSession } = calculateSoundness({ ...input, repetitions: index + 1 });
    return {
      k: index + 1,
      check: shown(perCheck.bits),
      inference: shown(perInference.bits),
      session: shown(perSession.bits),
    };
  });
}

/** Bits of a session against how many inferences share its challenges, with the k that is used. */
export function againstInferences(input: CalculatorInput, { parameters }: Calculation) {
  return Array.from({ length: 11 }, (_, index) => {
    const inferences = 2 ** (index * 4);
    const { perSession } = calculateSoundness({ ...input, repetitions: parameters.repetitions, inferences });
    return { inferences, session: shown(perSession.bits) };
  });
}

/** What targets cost: k, and for real layers products online and memory for challenges. */
export function againstTarget(input: CalculatorInput) {
  return Array.from({ length: 32 }, (_, index) => {
    const targetBits = 8 * (index + 1);
    const { smallestRepetitions, costs } = calculateSoundness({
      ...input,
      repetitions: null,
      sessionTargetBits: null,
      targetBits,
    });
    return {
      targetBits,
      k: smallestRepetitions,
      products: smallestRepetitions === null || costs === null ? null : costs.trusted.foldProducts,
      bytes: smallestRepetitions === null || costs === null ? null : costs.challenges.bytes,
    };
  }).filter(({ k }) => k !== null);
}
