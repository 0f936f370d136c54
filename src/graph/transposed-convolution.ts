/**
 * A transposed convolution as an ordinary one. Entry u of its whole result is the sum of x[i] w[k] over u = i * stride + k * dilation.
 * With u = q * stride + r only taps with k * dilation = m * stride + r take part, for i = q - m: for each of the `stride` phases r that
 * is a convolution over i. So one convolution gives all phases as channels, and a `take` puts them where they belong.
 */
import type { Extent, Padding, Size } from '../model/shapes.js';
import type { Axes } from './float-network.js';

/** What the sum above needs; weights may be real numbers or codes. */
export interface Transposed<W extends Float32Array | Int16Array = Float32Array> {
  readonly kernel: Size;
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly groups: number;
  readonly outputChannels: number;
  /** [output channels][kernel.height][kernel.width][input channels / groups]. */
  readonly weights: W;
  /** What is cut off the whole result; below and to the right it may be negative, for rows and columns of nothing but bias. */
  readonly crop: Padding;
}

/** One axis. */
interface Plan {
  /** Of the convolution's kernel. */
  readonly taps: number;
  readonly before: number;
  readonly after: number;
  /** Places of the convolution's result. */
  readonly windows: number;
  /** The tap of the transposed kernel that a tap of the convolution's is in that phase, or -1. */
  readonly tapOf: (phase: number, tap: number) => number;
  /** For every place of the result, the window and the phase it comes from. */
  readonly places: readonly { readonly window: number; readonly phase: number }[];
}

function planOf(size: number, kernel: number, stride: number, dilation: number, before: number, after: number): Plan {
  const reach = (kernel - 1) * dilation;
  const count = Math.max(0, (size - 1) * stride + reach + 1 - before - after);
  const taps = Math.floor(reach / stride) + 1;
  const first = Math.min(Math.floor(before / stride), taps - 1);
  const last = Math.floor((before + count - 1) / stride);
  const above = taps - 1 - first;
  const below = Math.max(0, last - (size - 1));
  return {
    taps,
    before: above,
    after: below,
    windows: size + above + below - taps + 1,
    tapOf: (phase, tap) => {
      const tapped = ((taps - 1 - tap) * stride + phase) / dilation;
      return Number.isInteger(tapped) && tapped < kernel ? tapped : -1;
    },
    places: Array.from({ length: count }, (_, at) => {
      const place = at + before;
      return { window: Math.floor(place / stride) - first, phase: place % stride };
    }),
  };
}

/** The convolution, and the offsets that make the result of its result. */
export function asConvolution<W extends Float32Array | Int16Array>(
  { height, width, channels }: Extent,
  how: Transposed<W>,
) {
  const { kernel, stride, dilation, groups, outputChannels, weights, crop } = how;
  const rows = planOf(height, kernel.height, stride.y, dilation.y, crop.top, crop.bottom);
  const columns = planOf(width, kernel.width, stride.x, dilation.x, crop.left, crop.right);
  const perGroup = outputChannels / groups;
  const depth = channels / groups;
  const phases = stride.y * stride.x;
  const all = outputChannels * phases;
  const filled = new (weights.constructor as new (length: number) => W)(all * rows.taps * columns.taps * depth);
  for (let output = 0, at = 0; output < all; output++) {
    // Channels are group by group, then phase by phase.
    const group = Math.floor(output / (perGroup * phases));
    const phase = Math.floor(output / perGroup) % phases;
    const channel = group * perGroup + (output % perGroup);
    for (let i = 0; i < rows.taps; i++) {
      const y = rows.tapOf(Math.floor(phase / stride.x), i);
      for (let j = 0; j < columns.taps; j++, at += depth) {
        const x = columns.tapOf(phase % stride.x, j);
        if (y < 0 || x < 0) continue;
        const from = ((channel * kernel.height + y) * kernel.width + x) * depth;
        filled.set(weights.subarray(from, from + depth), at);
      }
    }
  }
  return {
    kernel: { height: rows.taps, width: columns.taps },
    padding: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
    outputChannels: all,
    weights: filled,
    /** The output channel that each channel of the convolution belongs to. */
    channelOf: (output: number): number => Math.floor(output / (perGroup * phases)) * perGroup + (output % perGroup),
    offsets: [
      Int32Array.from(rows.places, ({ window, phase }) => window * columns.windows * all + phase * stride.x * perGroup),
      Int32Array.from(columns.places, ({ window, phase }) => window * all + phase * perGroup),
      Int32Array.from({ length: outputChannels }, (_, channel) => {
        return Math.floor(channel / perGroup) * perGroup * phases + (channel % perGroup);
      }),
    ],
  };
}
