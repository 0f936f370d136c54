/** Every state of a small instance, breadth first: what simulation can only sample. */
import { Model, modelText, type State } from './quint.js';

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
  readonly violation: State | null;
}

/**
 * All states that can be reached, each looked at once. `last` only reports, so two states that differ in nothing else
 * count as one; the invariant is asked of each of them all the same.
 */
export function explore(text: string, invariant: string, mostStates = Infinity): Explored {
  const model = new Model(text);
  const holds = model.predicate(invariant);
  const seen = new Set<string>();
  const asked = new Set<string>();
  let transitions = 0;
  let depth = 0;
  let frontier = [model.initial()];
  seen.add(key(frontier[0]!));
  while (frontier.length > 0 && seen.size < mostStates) {
    const next: State[] = [];
    for (const state of frontier) {
      for (const successor of model.successors(state)) {
        transitions++;
        const whole = JSON.stringify(successor.plain);
        if (asked.has(whole)) continue;
        asked.add(whole);
        if (!holds(successor)) return { states: seen.size, transitions, depth, violation: successor };
        const name = key(successor);
        if (seen.has(name)) continue;
        seen.add(name);
        next.push(successor);
      }
    }
    if (next.length > 0) depth++;
    frontier = next;
  }
  return { states: seen.size, transitions, depth, violation: null };
}

function key({ plain }: State): string {
  return JSON.stringify({ ...plain, last: null });
}
