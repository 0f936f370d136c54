/** How large a tensor may become: refused before anything of that size is made. */
import { ModelError } from '../../model/errors.js';

/** The most entries a tensor may have. */
export const MOST_ENTRIES = 2 ** 28;
/** The most axes a tensor may have. */
export const MOST_AXES = 16;

/** The product of the axes, each at least `least`. @throws ModelError when there are too many or one is no whole number */
export function countEntries(shape: readonly number[], name: string, least = 0): number {
  if (shape.length > MOST_AXES) throw new ModelError(`"${name}" has more than ${MOST_AXES} axes.`);
  let count = 1;
  for (const size of shape) {
    if (!Number.isInteger(size) || size < least) throw new ModelError(`"${name}" has an axis of size ${size}.`);
    count *= size;
    if (count > MOST_ENTRIES) throw new ModelError(`"${name}" has more than ${MOST_ENTRIES} entries.`);
  }
  return count;
}
