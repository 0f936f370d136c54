/** Every state of a small instance, breadth first: what simulation can only sample. */
import { type CompiledModel, stateKey, type Variables } from './compiled.js';
import { modelText } from './quint.js';

/** The bounds of the model that an instance may change. */
export interface Bounds {
  readonly LAYERS: number;
  readonly MOST_PADS: number;
  readonly MOST_INFERENCES: number;
  readonly MOST_CRASHES: number;
  readonly LIFETIME: number;
  readonly LARGEST_BATCH: number;
}

/** The model with other bounds. */
export function instance(bounds: Partial<Bounds>, text = modelText): string {
  let changed = text;
  for (const [name, value] of Object.entries(bounds)) {
    const line = new RegExp(`(pure val ${name} = )\\d+`);
    if (!line.test(changed)) throw new Error(`the model has no bound ${name}`);
    changed = changed.replace(line, `$1${value}`);
  }
  return changed;
}

/** What an exploration found. */
export interface Explored {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** A state in which the invariant does not hold, or null. */
  readonly violation: Variables | null;
}

/**
 * All states that can be reached, each looked at once. `last` only reports, so two states that differ in nothing else
 * count as one; `holds` is asked of each of them all the same, until it says no.
 */
export function explore(model: CompiledModel, holds: (state: Variables) => boolean): Explored {
  const first = model.initial();
  const names = Object.keys(first).filter((name) => name !== 'last');
  const seen = new Set([stateKey(first, names)]);
  const asked = new Set<string>();
  let transitions = 0;
  let depth = 0;
  let frontier = [first];
  while (frontier.length > 0) {
    const next: Variables[] = [];
    for (const state of frontier) {
      for (const successor of model.successors(state)) {
        transitions++;
        const key = stateKey(successor, names);
        const whole = key + stateKey(successor, ['last']);
        if (asked.has(whole)) continue;
        asked.add(whole);
        if (!holds(successor)) return { states: seen.size, transitions, depth, violation: successor };
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(successor);
      }
    }
    if (next.length > 0) depth++;
    frontier = next;
  }
  return { states: seen.size, transitions, depth, violation: null };
}
