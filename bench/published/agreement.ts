/** How near two answers are, in numbers. */
import type { Limit, Measure, Outputs } from './model.js';

/** The largest |a - b|, as a share of the largest |a|. */
export function relativeDifference(reference: Outputs, other: Outputs): number {
  let difference = 0;
  let size = 0;
  reference.forEach((values, output) => {
    const others = other[output];
    if (others?.length !== values.length) throw new RangeError(`output ${output} has another length`);
    for (let at = 0; at < values.length; at++) {
      difference = Math.max(difference, Math.abs(values[at]! - others[at]!));
      size = Math.max(size, Math.abs(values[at]!));
    }
  });
  return size === 0 ? difference : difference / size;
}

/** <a, b> / (|a| |b|), over all outputs; 1 for the same direction. */
export function cosine(reference: Outputs, other: Outputs): number {
  let product = 0;
  let a = 0;
  let b = 0;
  reference.forEach((values, output) => {
    for (let at = 0; at < values.length; at++) {
      product += values[at]! * other[output]![at]!;
      a += values[at]! ** 2;
      b += other[output]![at]! ** 2;
    }
  });
  if (a === 0 || b === 0) return a === b ? 1 : 0;
  return product / Math.sqrt(a * b);
}

/** 10 log10(peak^2 / mean squared difference), in decibels. */
export function signalToNoise(reference: Float32Array, other: Float32Array, peak: number): number {
  let squared = 0;
  for (let at = 0; at < reference.length; at++) squared += (reference[at]! - other[at]!) ** 2;
  return squared === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((peak ** 2 * reference.length) / squared);
}

/** The place of the largest number. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}

/** exp(x[i]) / sum of exp(x). */
export function softmax(values: Float32Array): Float32Array {
  const top = values[largest(values)]!;
  const exponentials = Float64Array.from(values, (value) => Math.exp(value - top));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return Float32Array.from(exponentials, (value) => value / sum);
}

/** Of the same measures of several pictures, the worst of each, or the mean of shares. */
export function together(all: readonly (readonly Measure[])[]): Measure[] {
  const found = new Map<string, Measure>();
  for (const measure of all.flat()) {
    if (measure.kind === 'share') {
      const values = all.flat().filter(({ what }) => what === measure.what);
      const value = values.reduce((sum, one) => sum + one.value, 0) / values.length;
      found.set(measure.what, { ...measure, value });
      continue;
    }
    const before = found.get(measure.what);
    const worse =
      before === undefined ||
      Number.isNaN(measure.value) ||
      (measure.kind === 'difference' ? measure.value > before.value : measure.value < before.value);
    if (worse) found.set(measure.what, measure);
  }
  return [...found.values()];
}

/** The limits that are not kept, each as a sentence. A limit whose measure is missing is not kept. */
export function missed(measures: readonly Measure[], limits: readonly Limit[]): string[] {
  return limits.flatMap(({ what, value }) => {
    const measure = measures.find((one) => one.what === what);
    if (measure === undefined) return [`"${what}" was not measured`];
    const kept = measure.kind === 'difference' ? measure.value <= value : measure.value >= value;
    const side = measure.kind === 'difference' ? 'most' : 'least';
    return kept ? [] : [`"${what}" is ${measure.value.toPrecision(4)}, and must be at ${side} ${value}`];
  });
}
