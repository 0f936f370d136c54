/** The calculator: what parameters guarantee and what they cost, before anything runs. */

import { type ChallengeSpace, challengeError } from '../protocol/challenge-error.js';
import { power, type Rational, soundnessBits } from '../protocol/rational.js';
import { MOST_REPETITIONS, type Soundness, smallestRepetitions, soundness } from '../protocol/soundness.js';
import type { BoundedError, Calculation } from './calculation.js';
import { certificateOf, laneConditions, wrapCondition } from './certificate.js';
import { costsOf, padSupplyOf } from './costs.js';
import { type CalculatorInput, resolveInput } from './input.js';
import { notesOf } from './notes.js';
import { rotationOf } from './rotation.js';

/**
 * Everything that follows from a choice of parameters: exact errors, labelled terms and the one that binds, the fewest
 * repetitions that meet the target, how often to rotate challenges, whether integers and lanes fit, and costs.
 *
 * A pure function without input or output, the same in Node and in a browser; errors are exact fractions throughout.
 * @throws TypeError or RangeError in one sentence when the input is wrong, see `resolveInput`
 * @see spec/soundness.md
 * @example
 * const { perInference, smallestRepetitions } = calculateSoundness({ layers: 53, targetBits: 80 });
 */
export function calculateSoundness(given: CalculatorInput): Calculation {
  const input = resolveInput(given);
  const layerCount = typeof input.layers === 'number' ? input.layers : input.layers.length;
  const challenges: ChallengeSpace = {
    checkModulus: BigInt(input.checkModulus),
    challengeSet: BigInt(input.challengeSet),
    structure: input.structure,
  };
  const certificate = certificateOf(input);
  const { inferences, onReject, targetBits, targetPer, sessionTargetBits } = input;
  const noWrap = wrapCondition(certificate);
  const of = (repetitions: number): Soundness =>
    soundness({ layers: layerCount, repetitions, inferences, challenges, onReject, noWrap });
  const targetOf = ({ perCheck, inferenceBits, sessionBits }: Soundness): Calculation['target'] => {
    const bits = targetPer === 'check' && layerCount > 0 ? soundnessBits(perCheck) : inferenceBits;
    const bitsMet = bits >= targetBits;
    const sessionMet = sessionTargetBits === null ? null : sessionBits >= sessionTargetBits;
    return { bits, bitsMet, sessionMet, met: bitsMet && sessionMet !== false };
  };
  const smallest = smallestRepetitions((k) => targetOf(of(k)).met);
  const repetitions = input.repetitions ?? smallest ?? MOST_REPETITIONS;
  const result = of(repetitions);
  const target = targetOf(result);
  const costs = costsOf(input, repetitions);
  const lanes = laneConditions(input, certificate);
  const lanesFit = lanes.every(({ name, condition }) => name === 'kernels' || condition !== 'fails');
  const bounded = (error: Rational): BoundedError => ({ error, bits: soundnessBits(error) });
  const perCheck = bounded(result.perCheck);
  const chosen = bounded(power(challengeError(challenges), repetitions));
  const best = bounded(
    power(challengeError({ ...challenges, challengeSet: challenges.checkModulus, structure: 'full' }), repetitions),
  );
  const calculation = {
    parameters: { ...input, repetitions, layerCount },
    soundness: result,
    perCheck,
    perInference: bounded(result.perInference),
    perSession: bounded(result.perSession),
    oneLie: layerCount === 0 ? bounded(result.perInference) : perCheck,
    target,
    smallestRepetitions: smallest,
    challengeCost: { best, bitsLost: best.bits - chosen.bits },
    rotation: rotationOf(input, repetitions, certificate.check === 'fails'),
    certificate,
    lanes,
    costs,
    padSupply: padSupplyOf(input, costs),
    usable: target.met && certificate.check !== 'fails' && certificate.pads !== 'fails' && lanesFit,
  };
  return { ...calculation, notes: notesOf(calculation) };
}
