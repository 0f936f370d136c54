/** Whether the layers' integers fit: the certificate, and the lanes of the kernels that rely on it. */

import { CHECK_MODULUS, M31, P24 } from '../model/modulus.js';
import { foldTerms } from '../protocol/freivalds.js';
import type { WrapCondition } from '../protocol/soundness.js';
import type { CalculatorLayer, ResolvedInput } from './input.js';

/** Holds, does not, or nothing is known. */
export type Condition = 'holds' | 'fails' | 'unknown';

/** The no-wrap certificate of all layers together. */
export interface CalculatedCertificate {
  /** The largest B; null when no bounds are known. */
  readonly bound: number | null;
  /** The name of its layer, or its number. */
  readonly layer: string | null;
  /** p: as given, or the smaller pad modulus that fits; null without privacy, or when none fits or no bounds are known. */
  readonly padModulus: number | null;
  /** 2B < q: without it a wrong answer may pass every fold (`error_survives`). */
  readonly check: Condition;
  /** 2B < p: without it honest answers would be unblinded wrongly and refused (`balanced_inverts`). */
  readonly pads: Condition;
}

/** One width that this library's kernels rely on. */
export interface LaneCondition {
  /** Which. */
  readonly name: 'fold' | 'accumulator' | 'bias' | 'blinding' | 'kernels';
  /** In words, with the number it is about. */
  readonly label: string;
  /** Whether it holds. */
  readonly condition: Condition;
}

const known = (holds: boolean): Condition => (holds ? 'holds' : 'fails');

/** Known only if every layer has it. */
function largest(layers: readonly CalculatorLayer[], of: (layer: CalculatorLayer) => number | undefined) {
  let index = -1;
  for (const [number, layer] of layers.entries()) {
    const value = of(layer);
    if (value === undefined) return null;
    if (index < 0 || value > of(layers[index]!)!) index = number;
  }
  return index < 0 ? null : { value: of(layers[index]!)!, index };
}

/** Compares the bounds with p and q, exactly: bounds and moduli are safe integers, their doubles may not be. */
export function certificateOf({ layers, privacy, padModulus, checkModulus }: ResolvedInput): CalculatedCertificate {
  const list = typeof layers === 'number' ? [] : layers;
  const widest = largest(list, ({ bound }) => bound);
  if (widest === null) {
    const nothing = list.length === 0 && layers !== 0 ? 'unknown' : list.length === 0 ? 'holds' : 'unknown';
    return { bound: null, layer: null, padModulus, check: nothing, pads: privacy ? nothing : 'holds' };
  }
  const below = (modulus: number): boolean => 2n * BigInt(widest.value) < BigInt(modulus);
  const fitting = [P24, M31].find(below) ?? null;
  return {
    bound: widest.value,
    layer: list[widest.index]!.name ?? `${widest.index}`,
    padModulus: privacy ? (padModulus ?? fitting) : null,
    check: known(below(checkModulus)),
    pads: privacy ? known(padModulus === null ? fitting !== null : below(padModulus)) : 'holds',
  };
}

/** How `soundness` is told about 2B < q. */
export function wrapCondition({ check }: CalculatedCertificate): WrapCondition {
  return check === 'unknown' ? 'assumed' : check;
}

/** What the kernels of `slalom/fast` need, beyond the certificate. */
export function laneConditions(input: ResolvedInput, certificate: CalculatedCertificate): LaneCondition[] {
  const { layers, checkModulus, structure, challengeSet } = input;
  const { bound, padModulus } = certificate;
  const int32 = 2 ** 31 - 1;
  const biases = largest(typeof layers === 'number' ? [] : layers, ({ bound, largestBias }) =>
    bound === undefined || largestBias === undefined ? undefined : bound + largestBias,
  );
  const when = (value: number | null, fits: (value: number) => boolean): Condition =>
    value === null ? 'unknown' : known(fits(value));
  const terms = bound === null ? null : foldTerms(bound);
  const ours =
    checkModulus === CHECK_MODULUS &&
    structure === 'full' &&
    challengeSet === checkModulus &&
    (padModulus === null || padModulus === P24 || padModulus === M31);
  return [
    {
      name: 'fold',
      label: `products s * y in one 64-bit lane, at least 2: ${terms ?? 'no bound is known'}`,
      condition: when(terms, (value) => value >= 2),
    },
    {
      name: 'accumulator',
      label: 'B fits 31 bits: L(x) in one 32-bit lane',
      condition: when(bound, (b) => b <= int32),
    },
    {
      name: 'bias',
      label: 'B + |bias| fits 31 bits: y + bias in one 32-bit lane',
      condition: when(biases?.value ?? null, (value) => value <= int32),
    },
    {
      name: 'blinding',
      label: 'x + pad below 2^32: 2p <= 2^32',
      condition: input.privacy ? when(padModulus, (p) => p <= 2 ** 31) : 'holds',
    },
    {
      name: 'kernels',
      label:
        'q = 2^31 - 1, full challenges over all of F_q, p = 2^24 - 3 or 2^31 - 1: what this library has kernels for',
      condition: known(ours),
    },
  ];
}
