/** Transposed convolutions: an ordinary one that makes all phases, and a `take` that puts them where they belong. */

import type { Axes, Size } from '../../graph/index.js';
import { isIdentity } from '../../graph/places.js';
import { asConvolution } from '../../graph/transposed-convolution.js';
import type { Padding } from '../../model/shapes.js';
import { countEntries } from '../shared/count-entries.js';
import { fail } from '../shared/fail.js';
import { type Constant, realsOf } from './constant.js';
import type { Construction } from './construction.js';
import { biasOf, kernelShape, type PaddingRule } from './convolution.js';
import { type Activation, activation } from './value.js';

export interface ConvolvingBack {
  readonly name: string;
  /** [rows, columns, output channels, input channels]. */
  readonly kernel: Constant;
  readonly bias: Constant | null;
  readonly stride: Axes;
  readonly padding: PaddingRule;
  /** Rows and columns of the result: of those that the forward convolution makes this input of. */
  readonly size: Size;
}

/** What the forward convolution's padding cuts off one axis of the whole result; `after` may be negative. */
function cut(
  c: { readonly size: number; readonly taps: number; readonly stride: number; readonly result: number },
  padding: 'same' | 'valid' | readonly [before: number, after: number],
): [before: number, after: number] {
  const { size, taps, stride, result } = c;
  const whole = (size - 1) * stride + taps;
  const around = typeof padding === 'string' ? 0 : padding[0] + padding[1];
  const windows = padding === 'same' ? Math.ceil(result / stride) : Math.floor((result + around - taps) / stride) + 1;
  if (windows !== size) return fail(`its result of ${result} places is not made of ${size}`);
  const before =
    padding === 'same' ? Math.floor(Math.max(0, whole - result) / 2) : padding === 'valid' ? 0 : padding[0];
  return [before, whole - before - result];
}

export function convolvedBack(c: Construction, given: Activation, layer: ConvolvingBack): Activation {
  const { name, stride, padding, size } = layer;
  const x = c.settled(given, name);
  const image = c.image(x, name);
  const [height, width, outputs, depth] = kernelShape(layer.kernel);
  if (depth !== image.channels) {
    fail(`its kernel [${layer.kernel.shape}] does not fit an input with ${image.channels} channels`);
  }
  const rule = (before: keyof Padding, after: keyof Padding) =>
    typeof padding === 'string' ? padding : ([padding[before], padding[after]] as const);
  const rows = { size: image.height, taps: height, stride: stride.y, result: size.height };
  const columns = { size: image.width, taps: width, stride: stride.x, result: size.width };
  const [top, bottom] = cut(rows, rule('top', 'bottom'));
  const [left, right] = cut(columns, rule('left', 'right'));
  const shape = [size.height, size.width, outputs];
  countEntries(shape, 'the result', 1);
  // All phases of the kernel, which are few where it is not much smaller than the stride.
  c.charge(2 * outputs * depth * (height + stride.y) * (width + stride.x) + size.height + size.width);
  const values = realsOf(layer.kernel);
  const weights = new Float32Array(values.length);
  const taps = height * width;
  // [tap][output][input] becomes [output][tap][input].
  for (let tap = 0; tap < taps; tap++) {
    for (let output = 0; output < outputs; output++) {
      const from = (tap * outputs + output) * depth;
      weights.set(values.subarray(from, from + depth), (output * taps + tap) * depth);
    }
  }
  const bias = biasOf(c, layer.bias, outputs);
  const {
    channelOf,
    offsets,
    outputChannels,
    weights: phases,
    ...windows
  } = asConvolution(image, {
    kernel: { height, width },
    stride,
    dilation: { y: 1, x: 1 },
    groups: 1,
    outputChannels: outputs,
    weights,
    crop: { top, bottom, left, right },
  });
  const handle = c.target.convolution(
    image.handle,
    {
      ...windows,
      stride: { y: 1, x: 1 },
      dilation: { y: 1, x: 1 },
      groups: 1,
      outputs: outputChannels,
      weights: phases,
      bias: bias === null ? null : Float64Array.from({ length: outputChannels }, (_, at) => bias[channelOf(at)]!),
    },
    `${name}/phases`,
  );
  const inPlace = isIdentity(c.target.shape(handle), offsets);
  return activation(inPlace ? handle : c.target.take(handle, offsets, name), [1, ...shape]);
}
