/** From what values a tensor takes to the range that its integers shall cover. */
import { ModelError } from '../model/errors.js';
import { ACTIVATION_BITS, quantizationOf } from './activation-quantization.js';
import type { Histogram } from './histogram.js';
import type { Range } from './ranges.js';

/**
 * `min-max`: everything that was seen. `percentile`: all but a share of the values on either side, so that a few extreme ones do
 * not make the steps of all others large. `mse`: the range with the least mean squared error of rounding and clipping.
 */
export type RangeChoice =
  | {
      /** See there. */
      readonly method: 'min-max';
    }
  | {
      /** See there. */
      readonly method: 'percentile';
      /** Percent of the values that are kept on either side; from 50 to 100. */
      readonly percentile: number;
    }
  | {
      /** See there. */
      readonly method: 'mse';
    };

/** The default percentile: one value in ten thousand is clipped on either side. */
export const PERCENTILE = 99.99;

/** Returns `choice` if it makes sense. @throws RangeError when the percentile is out of range */
export function aRangeChoice(choice: RangeChoice): RangeChoice {
  if (choice.method === 'percentile' && !(choice.percentile >= 50 && choice.percentile <= 100)) {
    throw new RangeError(`the percentile must be from 50 to 100, not ${choice.percentile}`);
  }
  if (!['min-max', 'percentile', 'mse'].includes(choice.method)) throw new RangeError('there is no such calibration');
  return choice;
}

/**
 * The smallest range of whole bins with at most a share 1 - percentile / 100 of all values above it and at most that
 * share below it; never beyond what was seen, and always with zero.
 */
function percentileRange(histogram: Histogram, percentile: number): Range {
  const allowed = (histogram.total * (100 - percentile)) / 100;
  const bins = [...histogram.bins()];
  const { minimum, maximum } = histogram.range;
  // Walking inwards, a bin is given up as long as what lies in and beyond it may be clipped.
  const edge = (order: typeof bins, outward: (bin: number) => boolean, of: (bin: number) => number): number => {
    let clipped = 0;
    for (const [bin, count] of order) {
      if (!outward(bin)) break;
      clipped += count;
      if (clipped > allowed) return of(bin) * histogram.width;
    }
    return 0;
  };
  const high = edge(
    bins.toReversed(),
    (bin) => bin >= 0,
    (bin) => bin + 1,
  );
  const low = edge(
    bins,
    (bin) => bin < 0,
    (bin) => bin,
  );
  return { minimum: Math.max(minimum, low), maximum: Math.min(maximum, high) };
}

/** Ranges are searched in steps of this share of what was seen, ... */
const STEPS = 64;

/** The mean squared error of the values, each taken as the middle of its bin, quantized over that range. */
export function squaredError(histogram: Histogram, range: Range, bits: number = ACTIVATION_BITS): number {
  const { scale, minimum, maximum } = quantizationOf(range, bits);
  let sum = 0;
  for (const [bin, count] of histogram.bins()) {
    const value = (bin + 0.5) * histogram.width;
    const code = Math.min(maximum, Math.max(minimum, Math.round(value / scale)));
    sum += count * (value - scale * code) ** 2;
  }
  return sum / histogram.total;
}

/**
 * ... each side in turn while the other stays, until neither gets better. Every range that is tried includes zero and lies
 * within what was seen, so the result is never worse than `min-max`, as far as bins can tell.
 */
function leastErrorRange(histogram: Histogram, bits: number): Range {
  const seen = histogram.range;
  let best = seen;
  let error = squaredError(histogram, seen, bits);
  for (let improved = true; improved; ) {
    improved = false;
    for (const side of ['maximum', 'minimum'] as const) {
      if (seen[side] === 0) continue;
      for (let step = 1; step <= STEPS; step++) {
        const candidate = { ...best, [side]: (seen[side] * step) / STEPS };
        const found = squaredError(histogram, candidate, bits);
        if (found >= error) continue;
        best = candidate;
        error = found;
        improved = true;
      }
    }
  }
  return best;
}

/**
 * The range for the values that were counted, which integers of so many bits shall cover.
 * @throws ModelError when there were none; RangeError when the choice makes no sense
 */
export function chooseRange(histogram: Histogram, choice: RangeChoice, bits: number = ACTIVATION_BITS): Range {
  aRangeChoice(choice);
  if (histogram.total === 0) throw new ModelError('Calibration needs at least one input.');
  if (choice.method === 'percentile') return percentileRange(histogram, choice.percentile);
  return choice.method === 'mse' ? leastErrorRange(histogram, bits) : histogram.range;
}
