/** How large a pooled image is. */

import { anInteger } from '../../../boundary/validators.js';
import type { PoolOperation } from '../../../model/trusted-operations.js';

function aWindow(
  size: number,
  how: { window: number; stride: number; before: number; after: number },
  name: string,
): number {
  anInteger(how.window, `window ${name}`, 1, 2 ** 24);
  anInteger(how.stride, `stride ${name}`, 1, 2 ** 24);
  // Less padding than window, or a window at the border would hold no entry at all.
  anInteger(how.before, `padding before ${name}`, 0, how.window - 1);
  anInteger(how.after, `padding after ${name}`, 0, how.window - 1);
  const span = size + how.before + how.after - how.window;
  if (span < 0) throw new RangeError(`the pooling window is larger than the padded ${name}`);
  return Math.floor(span / how.stride) + 1;
}

/**
 * Height and width of a pooled image.
 * @throws RangeError when windows, strides or padding do not fit
 */
export function pooledExtent(shape: { height: number; width: number }, { window, stride, padding }: PoolOperation) {
  const vertical = { window: window.height, stride: stride.y, before: padding.top, after: padding.bottom };
  const horizontal = { window: window.width, stride: stride.x, before: padding.left, after: padding.right };
  return { height: aWindow(shape.height, vertical, 'height'), width: aWindow(shape.width, horizontal, 'width') };
}
