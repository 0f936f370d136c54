/**
 * Where our tensors lie in ONNX: images [height, width, channels] as [batch, channels, height, width], which is what ONNX's
 * operators take; all others as they are behind the batch axis.
 */
import type { Convolution } from '../../src/model/linear-map.js';
import type { Padding } from '../../src/model/shapes.js';
import type { GraphWriter, Value } from './graph-writer.js';

type Shape = readonly number[];

/** The shape in ONNX, without the batch axis. */
export function storedShape(shape: Shape): number[] {
  const [height, width, channels] = shape;
  return shape.length === 3 ? [channels!, height!, width!] : [...shape];
}

/** One of our axes in ONNX, the batch axis counted; negative from the end. */
export function storedAxis(rank: number, axis: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  return rank === 3 ? [2, 3, 1][positive]! : positive + 1;
}

/** Whether storing the image with channels first puts its entries in another order. */
const moves = ([height, width, channels, ...more]: Shape): boolean =>
  channels !== undefined && more.length === 0 && channels > 1 && height! * width! > 1;

/** The same entries, in our order, under another of our shapes. */
export function reshaped(writer: GraphWriter, value: Value, from: Shape, to: Shape): Value {
  if (from.join() === to.join()) return value;
  const last = moves(from) ? writer.node('Transpose', [value], { perm: [0, 2, 3, 1] }) : value;
  // In a new shape, 0 stands for the size that is there already: the batch's.
  const reshape = (shape: Shape): Value => writer.node('Reshape', [last, writer.small('int64', [0, ...shape])]);
  return moves(to) ? writer.node('Transpose', [reshape(to)], { perm: [0, 3, 1, 2] }) : reshape(storedShape(to));
}

/** A convolution's weights from [out][row][column][in] to [out][in][row][column], each times its channel's factor. */
export function channelsFirst<A extends Float32Array | Int8Array>(
  { kernel, input, groups, outputChannels, weights }: Convolution,
  out: A,
  factor: (channel: number) => number,
): A {
  const taps = kernel.height * kernel.width;
  const inputs = input.channels / groups;
  let at = 0;
  for (let channel = 0; channel < outputChannels; channel++) {
    const times = factor(channel);
    const start = channel * taps * inputs;
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < taps; tap++) out[at++] = weights[start + tap * inputs + i]! * times;
    }
  }
  return out;
}

/** Padding in ONNX's order. */
export const pads = ({ top, left, bottom, right }: Padding): number[] => [top, left, bottom, right];
