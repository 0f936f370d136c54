/** Where windows lie on an image: the format's SAME and VALID padding. */
import type { Padding } from '../../model/shapes.js';
import { Padding as PaddingKind } from './generated/padding.js';
import type { Step } from './step.js';

/** What a window does along one axis. */
export interface Axis {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
}

interface Span {
  readonly size: number;
  readonly before: number;
  readonly after: number;
}

/** A step or a window beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST = 2 ** 16;

/**
 * How many windows fit along an axis and how much is padded. SAME gives ceil(size / stride) windows and pads what they
 * lack, the smaller half before; VALID pads nothing.
 */
function span(axis: Axis, kind: PaddingKind, step: Step): Span {
  for (const value of [axis.taps, axis.stride, axis.dilation]) {
    if (value < 1 || value > LARGEST) step.fail('its window, stride or dilation is not a sensible number');
  }
  const reach = (axis.taps - 1) * axis.dilation + 1;
  if (kind === PaddingKind.VALID) {
    if (reach > axis.size) step.fail('its window is larger than its input');
    return { size: Math.floor((axis.size - reach) / axis.stride) + 1, before: 0, after: 0 };
  }
  if (kind !== PaddingKind.SAME) step.fail(`its padding ${kind} is unknown`);
  const size = Math.ceil(axis.size / axis.stride);
  const total = Math.max(0, (size - 1) * axis.stride + reach - axis.size);
  const before = Math.floor(total / 2);
  return { size, before, after: total - before };
}

/** The windows' number and padding along both axes. */
export function windows(
  y: Axis,
  x: Axis,
  kind: PaddingKind,
  step: Step,
): { height: number; width: number; padding: Padding } {
  const rows = span(y, kind, step);
  const columns = span(x, kind, step);
  return {
    height: rows.size,
    width: columns.size,
    padding: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
  };
}

/** The three axes of an image-like tensor. */
export function imageAxes(shape: readonly number[], step: Step): { height: number; width: number; channels: number } {
  const [height, width, channels, ...more] = shape;
  if (height === undefined || width === undefined || channels === undefined || more.length > 0) {
    return step.fail('its input is not an image: it needs a batch axis, rows, columns and channels');
  }
  return { height, width, channels };
}
