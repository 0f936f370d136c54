/** The two padding conventions of TensorFlow, as explicit numbers of zeros. */
import type { Padding } from '../model/shapes.js';
import type { Axes, Size } from './float-network.js';

/** No zeros: windows stay inside the image. */
export const VALID: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

function split(size: number, taps: number, step: number, spread: number): [before: number, after: number] {
  const outputs = Math.ceil(size / step);
  const total = Math.max(0, (outputs - 1) * step + (taps - 1) * spread + 1 - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** TensorFlow's SAME: ceil(size / stride) outputs per direction; an odd zero goes to the bottom and to the right. */
export function samePadding(image: Size, window: Size, stride: Axes, dilation: Axes = { y: 1, x: 1 }): Padding {
  const [top, bottom] = split(image.height, window.height, stride.y, dilation.y);
  const [left, right] = split(image.width, window.width, stride.x, dilation.x);
  return { top, bottom, left, right };
}

/** How many windows fit into a padded side. */
export function windowCount(padded: number, taps: number, step: number, spread = 1): number {
  return Math.floor((padded - ((taps - 1) * spread + 1)) / step) + 1;
}
