/** From times to rates. */
import type { TrustedArithmetic } from '../../protocol/index.js';
import { Borrowed } from './borrowed.js';
import type { Rate } from './rates.js';
import { fastestMs, type Work } from './stopwatch.js';

/** One piece of work, and how much it is. */
export interface Sized {
  readonly work: Work;
  /** Multiply-accumulates, or entries. */
  readonly units: number;
  /** Entries of the output; the units are shared out among them. */
  readonly outputs: number;
}

/** What has one rate. */
export interface Subject {
  /** So little that it takes a call's fixed time and not much more. */
  readonly small: (own: Borrowed) => Sized;
  /** One or two of typical size, the second with more units per output. */
  readonly large: readonly ((own: Borrowed) => Sized)[];
}

/** A small piece of work that takes longer than this says enough; a large one would take too long. */
const SLOW_MS = 0.2;

/** A piece of work and its time. */
export type Timed = Omit<Sized, 'work'> & { readonly ms: number };

/**
 * The rate that explains the times: what does not grow is the call's; between two large pieces the difference is made by
 * units, and what these leave over by outputs. Nothing takes less than no time.
 */
export function fit(callMs: number, few: Timed, many?: Timed): Rate {
  const perOutput = ({ ms, outputs }: Timed): number => Math.max(0, ms - callMs) / outputs;
  const terms = ({ units, outputs }: Timed): number => units / outputs;
  if (many === undefined) return { callMs, unitMs: perOutput(few) / terms(few), outputMs: 0 };
  const slope = (perOutput(many) - perOutput(few)) / (terms(many) - terms(few));
  const unitMs = Math.min(Math.max(0, slope), perOutput(many) / terms(many));
  return { callMs, unitMs, outputMs: Math.max(0, perOutput(few) - unitMs * terms(few)) };
}

/** Measures all subjects together, so that they are measured under the same conditions. */
export function measure(arithmetic: TrustedArithmetic, subjects: readonly Subject[], onRound: () => void): Rate[] {
  const own = new Borrowed(arithmetic);
  try {
    const small = subjects.map((subject) => subject.small(own));
    const smallMs = fastestMs(
      small.map(({ work }) => work),
      onRound,
    );
    const large = subjects.map((subject, index) =>
      smallMs[index]! > SLOW_MS ? [] : subject.large.map((make) => make(own)),
    );
    const pieces = large.flat();
    const largeMs = fastestMs(
      pieces.map(({ work }) => work),
      onRound,
    );
    const timed = new Map(pieces.map((piece, index): [Sized, Timed] => [piece, { ...piece, ms: largeMs[index]! }]));
    return large.map((of, index) => {
      const [few, many] = of.map((piece) => timed.get(piece)!);
      if (few === undefined) return fit(0, { ...small[index]!, ms: smallMs[index]! });
      return fit(smallMs[index]!, few, many);
    });
  } finally {
    own.release();
  }
}
