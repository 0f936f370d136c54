/** Between which real numbers results are cut, and which integers that leaves. */
import type { Activation } from '../../graph/index.js';
import type { InputRange } from '../../model/shapes.js';
import type { Quantization } from '../../model/tensor.js';

/** Real numbers; both ends may be infinite. */
export type Limits = InputRange;

export const NO_LIMITS: Limits = { minimum: Number.NEGATIVE_INFINITY, maximum: Number.POSITIVE_INFINITY };

/** What activations leave. */
export const LIMITS: Readonly<Record<Activation, Limits>> = {
  none: NO_LIMITS,
  relu: { minimum: 0, maximum: Number.POSITIVE_INFINITY },
  relu6: { minimum: 0, maximum: 6 },
};

/** Both limits one after the other: the later decide where they do not meet. */
export function limited(first: Limits, then: Limits): Limits {
  const into = (value: number): number => Math.min(then.maximum, Math.max(then.minimum, value));
  return { minimum: into(first.minimum), maximum: into(first.maximum) };
}

export function isLimited({ minimum, maximum }: Limits): boolean {
  return minimum !== Number.NEGATIVE_INFINITY || maximum !== Number.POSITIVE_INFINITY;
}

/** The integer of a real number as TensorFlow Lite's runtime finds it: in single precision, halves away from zero. */
function nearest(real: number, scale: number): number {
  const ratio = Math.fround(real / scale);
  return ratio < 0 ? 0 - Math.round(-ratio) : Math.round(ratio);
}

/** The integers of a format that limits leave. */
export function integersWithin(limits: Limits, { scale, minimum, maximum }: Quantization): InputRange {
  const into = (real: number): number => Math.min(maximum, Math.max(minimum, nearest(real, scale)));
  return { minimum: into(limits.minimum), maximum: into(limits.maximum) };
}
