/** Where windows lie on an image: the format's SAME and VALID padding. */
import { type Axes, type Size, samePadding, VALID } from '../../graph/index.js';
import type { Extent, Padding } from '../../model/shapes.js';
import { fail } from '../shared/fail.js';
import { Padding as PaddingKind } from './generated/padding.js';

/** A step or a window beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST = 2 ** 16;

/** What options say of windows. */
export interface WindowOptions {
  padding(): PaddingKind;
  strideH(): number;
  strideW(): number;
  dilationHFactor?(): number;
  dilationWFactor?(): number;
}

interface Windows {
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly padding: Padding;
}

/** How windows of that size move over an image. */
export function windows(options: WindowOptions, image: Size, window: Size): Windows {
  const kind = options.padding();
  const stride = { y: options.strideH(), x: options.strideW() };
  const dilation = { y: options.dilationHFactor?.() ?? 1, x: options.dilationWFactor?.() ?? 1 };
  for (const value of [window.height, window.width, stride.y, stride.x, dilation.y, dilation.x]) {
    if (value < 1 || value > LARGEST) fail('its window, stride or dilation is not a sensible number');
  }
  if (kind === PaddingKind.SAME) return { stride, dilation, padding: samePadding(image, window, stride, dilation) };
  if (kind !== PaddingKind.VALID) fail(`its padding ${kind} is unknown`);
  const reach = { height: (window.height - 1) * dilation.y + 1, width: (window.width - 1) * dilation.x + 1 };
  if (reach.height > image.height || reach.width > image.width) fail('its window is larger than its input');
  return { stride, dilation, padding: VALID };
}

/** The three axes of an image-like tensor. */
export function imageAxes(shape: readonly number[]): Extent {
  const [height, width, channels, ...more] = shape;
  if (height === undefined || width === undefined || channels === undefined || more.length > 0) {
    return fail('its input is not an image: it needs a batch axis, rows, columns and channels');
  }
  return { height, width, channels };
}
