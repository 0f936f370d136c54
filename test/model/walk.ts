/** Random runs of the model, the same for the same seed. */
import type { CompiledModel, Variables } from './compiled.js';

/** Numbers from 0 to 1, evenly; mulberry32. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One run: an action is picked by its weight among those that are possible, then one of the states it leads to, evenly. */
export function walk(model: CompiledModel, steps: number, seed: number): Variables[] {
  const random = numbers(seed);
  const states = [model.initial()];
  for (let step = 0; step < steps; step++) {
    const choices = model
      .byAction(states.at(-1)!)
      .map((successors, index) => ({ successors, weight: successors.length === 0 ? 0 : model.actions[index]!.weight }));
    const total = choices.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) break;
    let left = random() * total;
    const taken = choices.find(({ weight }) => {
      left -= weight;
      return weight > 0 && left < 0;
    });
    const { successors } = taken ?? choices.findLast(({ weight }) => weight > 0)!;
    states.push(successors[Math.floor(random() * successors.length)]!);
  }
  return states;
}
