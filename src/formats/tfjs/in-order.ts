/** The parts of a graph that some of its ends need, each after what it needs itself. */
import { ModelError } from '../../model/errors.js';

/**
 * @param needs the keys that a key needs, which must be asked for only once per key
 * @throws ModelError when something needs itself
 */
export function inOrder(ends: readonly string[], needs: (key: string) => readonly string[]): string[] {
  const ordered: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  // Not recursive: a chain may be as long as the model.
  const stack: { readonly key: string; readonly rest: string[] }[] = [];
  const enter = (key: string): void => {
    state.set(key, 'open');
    stack.push({ key, rest: [...needs(key)].reverse() });
  };
  for (const end of ends) {
    if (!state.has(end)) enter(end);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        state.set(top.key, 'done');
        ordered.push(top.key);
        stack.pop();
      } else if (!state.has(next)) enter(next);
      else if (state.get(next) === 'open') throw new ModelError('its graph has a cycle.');
    }
  }
  return ordered;
}
