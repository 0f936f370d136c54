/**
 * How large the integers of a tensor are, from the weights alone: every entry is taken for a normal variable, independent
 * of the others and cut where the tensor's range ends, with a mean and a variance per channel. An estimate is enough, as
 * its only use is to choose scales; a trained network has them from its batch norms.
 */
import { type Convolution, type LinearMap, outputExtent } from '../model/linear-map.js';
import { clampedNormal } from './normal.js';

/** One entry per channel. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Per tap of one axis, the share of output positions for which it lies on the image and not on the padding. */
function insideShares(size: number, outputs: number, taps: number, stride: number, before: number): number[] {
  return Array.from({ length: taps }, (_, tap) => {
    let inside = 0;
    for (let at = tap - before, output = 0; output < outputs; output++, at += stride)
      if (at >= 0 && at < size) inside++;
    return inside / outputs;
  });
}

/** Per tap of a kernel, row by row, the share of output positions for which it lies on the image. */
function tapShares(map: Convolution): number[] {
  const { input, kernel, stride, padding } = map;
  const out = outputExtent(map);
  const rows = insideShares(input.height, out.height, kernel.height, stride.y, padding.top);
  const columns = insideShares(input.width, out.width, kernel.width, stride.x, padding.left);
  return rows.flatMap((row) => columns.map((column) => row * column));
}

/**
 * The moments of L(x), with x of the given moments: sum of w * mean and sum of w^2 * variance. A tap that is on the padding
 * for a share of the positions counts for the rest, and the difference between the two adds to the variance.
 * @param input as many channels as the map's input has; a matrix's inputs are an image's entries, channels last
 */
export function accumulatorMoments(map: LinearMap, weights: Int16Array, input: Moments): Moments {
  const channels = input.mean.length;
  const shares = map.kind === 'dense' ? new Array<number>(map.inputs / channels).fill(1) : tapShares(map);
  const groups = map.kind === 'dense' ? 1 : map.groups;
  const outputs = map.kind === 'dense' ? map.outputs : map.outputChannels;
  const groupInputs = channels / groups;
  const terms = shares.length * groupInputs;
  const [mean, variance] = [new Float64Array(outputs), new Float64Array(outputs)];
  const [means, variances] = [new Float64Array(terms), new Float64Array(terms)];
  for (let output = 0; output < outputs; output++) {
    if (output % (outputs / groups) === 0) {
      const first = (output / (outputs / groups)) * groupInputs;
      for (let term = 0; term < terms; term++) {
        const channel = first + (term % groupInputs);
        const share = shares[Math.floor(term / groupInputs)]!;
        means[term] = share * input.mean[channel]!;
        variances[term] = share * (input.variance[channel]! + (1 - share) * input.mean[channel]! ** 2);
      }
    }
    let [first, second] = [0, 0];
    for (let term = 0, at = output * terms; term < terms; term++, at++) {
      const weight = weights[at]!;
      first += weight * means[term]!;
      second += weight * weight * variances[term]!;
    }
    mean[output] = first;
    variance[output] = second;
  }
  return { mean, variance };
}

/** The moments of the largest of `count` normal variables, clamped to [minimum, maximum]. */
export function clampedMoments(normal: Moments, minimum: number, maximum: number, count = 1): Moments {
  const channels = Array.from(normal.mean, (mean, channel) =>
    clampedNormal(mean, Math.sqrt(normal.variance[channel]!), minimum, maximum, count),
  );
  return {
    mean: Float64Array.from(channels, ({ mean }) => mean),
    variance: Float64Array.from(channels, ({ variance }) => variance),
  };
}

/** The standard deviation of a channel, typical of all: from the mean of their variances. */
export function typicalSpread({ variance }: Moments): number {
  return Math.sqrt(variance.reduce((sum, value) => sum + value, 0) / variance.length);
}

/**
 * An image's average over `count` positions. How alike these are differs: nearly independent at the end of a MobileNet,
 * nearly equal at the end of a deep ResNet. Taking one in sixteen for independent suits both.
 */
export function averagedMoments({ mean, variance }: Moments, count: number): Moments {
  const independent = Math.max(1, count / 16);
  return { mean, variance: variance.map((value) => value / independent) };
}
