/** Softmax along the last part of memory. */
import { withLastAxis } from './image.js';
import { channelsOf } from './layout.js';
import type { Step } from './step.js';

/** Up to version 12 the axes from `axis` on are one; after, `axis` is alone. */
export function importSoftmax(step: Step): void {
  const x = step.activation(0);
  const count = x.layout.axes.length;
  const axis = step.axis(step.int('axis', step.version < 13 ? 1 : -1), count);
  const axes = step.version < 13 ? Array.from({ length: count - axis }, (_, index) => axis + index) : [axis];
  const handle = withLastAxis(step, x, channelsOf(x.layout, axes));
  step.give(step.target.softmax(handle, step.name), x.layout);
}
