/** Conv. */
import type { Constant } from './constant.js';
import { type Image, imageLayout, imageOf, sumOf } from './image.js';
import { reordered, usualOrder } from './moving.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';
import { biasOf, layerWeights, type Weights, weightsOf } from './weights.js';
import { windowsOf } from './window.js';

interface Plan {
  readonly outputs: number;
  readonly groups: number;
  /** Input channels of a group. */
  readonly depth: number;
  /** Rows and columns of the kernel. */
  readonly height: number;
  readonly width: number;
}

function plan(step: Step, image: Image, weights: Weights): Plan {
  const { shape } = weights.constant;
  const [outputs, depth] = shape as [number, number];
  const groups = step.int('group', 1);
  const kernel = shape.slice(2);
  const said = step.ints('kernel_shape');
  if (said !== null && said.join() !== kernel.join()) step.fail('its kernel_shape is not that of its weights');
  if (!(groups >= 1) || depth * groups !== image.channels.count || outputs % groups !== 0) {
    step.fail(`its weights [${shape}] in ${groups} groups do not fit an input with ${image.channels.count} channels`);
  }
  return { outputs, groups, depth, height: kernel.length === 2 ? kernel[0]! : 1, width: kernel.at(-1)! };
}

/** One output channel per input channel, so that channels may lie in any order. */
const isDepthwise = ({ groups, depth, outputs }: Plan): boolean => depth === 1 && groups === outputs;

/** Adds the convolution that the node's attributes describe. */
export function convolve(step: Step, x: Activation, constant: Constant, bias: Constant | null): Activation {
  const image = imageOf(step, x);
  const weights = weightsOf(step, constant, image.axes);
  const { outputs, groups, depth, height, width } = plan(step, image, weights);
  const { border } = x;
  const outer = {
    height: image.height + (border?.top ?? 0) + (border?.bottom ?? 0),
    width: image.width + (border?.left ?? 0) + (border?.right ?? 0),
  };
  const kernel = { height, width };
  const windows = windowsOf(step, outer, kernel, image.axes);
  const order = image.channels.order();
  const depthwise = isDepthwise({ outputs, groups, depth, height, width });
  if (order !== null && groups > 1 && !depthwise) {
    return convolve(step, reordered(step, step.settled(x), usualOrder(image.axes)), constant, bias);
  }
  const taps = height * width;
  const channel = depthwise && groups > 1 ? order : null;
  const source = groups === 1 ? order : null;
  // [output][channel][tap] becomes [output][tap][channel].
  const layer = layerWeights(step, weights, 0, channel, {
    stride: depth * taps,
    offset: (term) => (source === null ? term % depth : source[term % depth]!) * taps + Math.floor(term / depth),
  });
  const offsets = biasOf(step, bias, outputs);
  const handle = step.target.convolution(
    image.handle,
    {
      kernel,
      stride: windows.stride,
      dilation: windows.dilation,
      padding: sumOf(windows.padding, border),
      groups,
      outputs,
      weights: layer,
      bias: channel === null || offsets === null ? offsets : Float64Array.from(channel, (from) => offsets[from]!),
    },
    step.name,
  );
  const keeps = channel === null ? outputs : image.channels;
  return activation(handle, imageLayout(image.axes, windows.count, keeps, image.layout));
}

export function importConvolution(step: Step): void {
  step.finish(convolve(step, step.bordered(0), step.constant(1), step.optionalConstant(2)));
}
