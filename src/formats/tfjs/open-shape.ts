/** The input's shape, from what the file says and what the caller adds. */
import { countEntries } from '../shared/count-entries.js';
import { fail, shown } from '../shared/fail.js';

/**
 * An open batch axis becomes 1; any other axis must be known or given.
 * @param said null where the file says nothing, or leaves an axis open
 */
export function openShape(
  said: readonly (number | null)[] | null,
  given: readonly number[] | undefined,
  input: string,
): number[] {
  if (said === null && given === undefined)
    return fail(`its input ${shown(input)} has no known shape; give inputShape`);
  if (said !== null && given !== undefined && said.length !== given.length) {
    fail(`inputShape has ${given.length} axes, but its input ${shown(input)} has ${said.length}`);
  }
  const shape = (said ?? given!.map(() => null)).map((size, axis) => {
    const wanted = given?.[axis];
    if (wanted !== undefined) {
      if (size !== null && size !== wanted)
        fail(`inputShape says ${wanted} for axis ${axis} of its input, the file ${size}`);
      return wanted;
    }
    if (size !== null) return size;
    return axis === 0 ? 1 : fail(`axis ${axis} of its input ${shown(input)} has no fixed size; give inputShape`);
  });
  countEntries(shape, input, 1);
  return shape;
}
