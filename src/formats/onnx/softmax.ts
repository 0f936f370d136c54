/** Softmax along the last part of memory. */
import { withAxesLast, withLastAxis } from './image.js';
import { channelsOf } from './layout.js';
import type { Step } from './step.js';

/** Up to version 12 the axes from `axis` on are one; after, `axis` is alone. */
export function importSoftmax(step: Step): void {
  const given = step.activation(0);
  const count = given.layout.axes.length;
  const axis = step.axis(step.int('axis', step.version < 13 ? 1 : -1), count);
  const axes = step.version < 13 ? Array.from({ length: count - axis }, (_, index) => axis + index) : [axis];
  const x = withAxesLast(step, given, axes);
  const handle = withLastAxis(step, x, channelsOf(x.layout, axes));
  step.give(step.target.softmax(handle, step.name), x.layout);
}
