/**
 * Measures what decides a plan, with the arithmetic that will do the work. All of it are public facts about the machine. A
 * host that meddles with the clock changes who computes what, and nothing else.
 */
import type { TrustedArithmetic } from '../../protocol/index.js';
import { type LayerClass, layerClasses } from './layer-class.js';
import { measure, type Subject } from './measure.js';
import type { PlanRates, Rate } from './rates.js';
import { ROUNDS } from './stopwatch.js';
import { drawingSubject, insideSubject, padSubject, passSubjects } from './subjects.js';

/** What the two passes have to do. */
export interface PassKind {
  /** k; 0 when nothing is checked. */
  readonly repetitions: number;
  readonly privacy: boolean;
}

/** Is told how far measuring is. */
export type OnMeasured = (done: number, total: number) => void;

type Passes = Pick<PlanRates, 'outgoing' | 'incoming'>;

/** What was measured of one arithmetic. Only the passes depend on what they have to do. */
interface Known {
  maps: Pick<PlanRates, 'inside' | 'pads' | 'drawing'> | null;
  readonly passes: Map<string, Passes>;
}

const known = new WeakMap<TrustedArithmetic, Known>();

function byClass(rates: readonly Rate[]): Readonly<Record<LayerClass, Rate>> {
  return Object.fromEntries(layerClasses.map((kind, index) => [kind, rates[index]!])) as Record<LayerClass, Rate>;
}

/**
 * The rates of this arithmetic on this machine: some tens of milliseconds the first time, remembered afterwards. An
 * arithmetic too slow to be timed at typical sizes is timed at small ones.
 */
export function calibrate(
  arithmetic: TrustedArithmetic,
  { repetitions, privacy }: PassKind,
  onMeasured: OnMeasured = () => {},
): PlanRates {
  const mine: Known = known.get(arithmetic) ?? { maps: null, passes: new Map() };
  known.set(arithmetic, mine);
  const key = `${repetitions} ${privacy}`;
  const maps: Subject[] = [...layerClasses.map(insideSubject), ...layerClasses.map(padSubject), drawingSubject];
  const subjects = [...passSubjects(repetitions, privacy), ...(mine.maps === null ? maps : [])];
  let passes = mine.passes.get(key);
  if (passes === undefined) {
    let done = 0;
    const rates = measure(arithmetic, subjects, () => onMeasured(++done, 2 * ROUNDS));
    passes = { outgoing: rates[0]!, incoming: rates[1]! };
    mine.passes.set(key, passes);
    const some = layerClasses.length;
    mine.maps ??= {
      inside: byClass(rates.slice(2, 2 + some)),
      pads: byClass(rates.slice(2 + some, 2 + 2 * some)),
      drawing: rates.at(-1)!,
    };
  }
  return { ...passes, ...mine.maps! };
}
