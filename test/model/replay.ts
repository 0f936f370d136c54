/** A trace of the model, step by step on a real session. */
import { type Defects, type Event, expected, Rig } from './rig.js';
import type { Trace } from './traces.js';

/** The first difference between trace and session in one sentence, or null: they agree in every step. */
export async function replay({ states }: Pick<Trace, 'states'>, defects: Defects = {}): Promise<string | null> {
  const rig = new Rig(defects);
  rig.clock.install();
  try {
    for (const [step, state] of states.entries()) {
      const event = state.last as unknown as Event;
      const where = `step ${step}, ${JSON.stringify(event)}`;
      let outcome: string;
      try {
        outcome = await rig.perform(event);
      } catch (error) {
        return `${where}: ${(error as Error).message}`;
      }
      if (outcome !== event.outcome) return `${where}: ended with ${outcome}`;
      const [wanted, seen] = [JSON.stringify(expected(state)), JSON.stringify(await rig.seen(state))];
      if (wanted !== seen) return `${where}:\n  model   ${wanted}\n  session ${seen}`;
    }
    return null;
  } finally {
    rig.clock.remove();
  }
}
