/** The lives of sessions by the definition: nothing here but src/reference computes. */
import { actionsOf, falseClaims, LifecycleModel } from '../generate/lifecycle-model.js';
import type { Falsehoods } from './judge.js';

/** By the definition, or by one that is wrong in a way. */
export function byTheModel(defect: string | null = null): Falsehoods<'lifecycle'> {
  return (group, { steps }) => {
    const model = new LifecycleModel(group, defect);
    for (const [index, action] of actionsOf(steps).entries()) {
      const found = falseClaims(steps[index]!, model.act(action));
      if (found.length > 0) return found;
    }
    return [];
  };
}
