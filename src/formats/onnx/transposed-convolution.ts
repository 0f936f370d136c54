/** ConvTranspose: an ordinary convolution whose channels are all phases of the stride, and entries moved to their places. */
import { asConvolution } from '../../graph/transposed-convolution.js';
import { imageLayout, imageOf } from './image.js';
import { reordered, usualOrder } from './moving.js';
import type { Step } from './step.js';
import { activation } from './value.js';
import { biasOf, weightsOf } from './weights.js';
import { numbersOf } from './window.js';

/** Before and after, along one direction. */
type Pair = readonly [before: number, after: number];

interface Direction {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
}

/** What is cut off the whole result. */
function cropOf(step: Step, direction: Direction, at: number, directions: number): Pair {
  const { size, taps, stride, dilation } = direction;
  const [beyond] = numbersOf(step, 'output_padding', directions, 0, 0).slice(at, at + 1) as [number];
  const whole = (size - 1) * stride + (taps - 1) * dilation + 1 + beyond;
  const automatic = step.text('auto_pad', 'NOTSET');
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(automatic)) step.fail(`its auto_pad is "${automatic}"`);
  const asked = step.ints('output_shape');
  if (asked === null && !automatic.startsWith('SAME')) {
    const pads = automatic === 'VALID' ? [0, 0] : numbersOf(step, 'pads', 2 * directions, 0, 0);
    const [before, after] = automatic === 'VALID' ? [0, 0] : [pads[at]!, pads[at + directions]!];
    return [before, after - beyond];
  }
  // Some versions of the format count batch and channels, too.
  const count = asked === null ? size * stride : (asked.slice(-directions)[at] ?? 0);
  const total = whole - count;
  if (!(count >= 1 && total >= -stride)) step.fail(`it asks for ${count} entries where there are ${whole}`);
  const half = Math.floor(Math.max(0, total) / 2);
  const before = automatic === 'SAME_UPPER' ? half : Math.max(0, total) - half;
  return [before, total - before - beyond];
}

/** [input][output of the group][tap] becomes [output][tap][input of the group], group by group. */
function byOutput<W extends Float32Array | Int16Array>(
  values: W,
  { groups, perGroup, depth, taps }: Readonly<Record<'groups' | 'perGroup' | 'depth' | 'taps', number>>,
  order: Int32Array | null,
): W {
  const result = new (values.constructor as new (length: number) => W)(values.length);
  let at = 0;
  for (let output = 0; output < groups * perGroup; output++) {
    const first = Math.floor(output / perGroup) * depth;
    for (let tap = 0; tap < taps; tap++) {
      for (let input = 0; input < depth; input++) {
        const from = order === null ? first + input : order[input]!;
        result[at++] = values[(from * perGroup + (output % perGroup)) * taps + tap]!;
      }
    }
  }
  return result;
}

export function importConvTranspose(step: Step): void {
  let image = imageOf(step, step.activation(0));
  const weights = weightsOf(step, step.constant(1), image.axes);
  const { shape } = weights.constant;
  const [inputs, perGroup, ...kernelShape] = shape as [number, number, ...number[]];
  const groups = step.int('group', 1);
  if (!(groups >= 1) || inputs !== image.channels.count || inputs % groups !== 0) {
    step.fail(`its weights [${shape}] in ${groups} groups do not fit an input with ${image.channels.count} channels`);
  }
  if (groups > 1 && image.channels.order() !== null) {
    image = imageOf(step, reordered(step, step.activation(0), usualOrder(image.axes)));
  }
  const order = image.channels.order();
  const directions = image.axes - 2;
  const pair = (list: readonly number[], otherwise: number): [number, number] =>
    directions === 2 ? [list[0]!, list[1]!] : [otherwise, list[0]!];
  const kernel = { height: directions === 2 ? kernelShape[0]! : 1, width: kernelShape.at(-1)! };
  const [strideY, strideX] = pair(numbersOf(step, 'strides', directions, 1, 1), 1);
  const [dilationY, dilationX] = pair(numbersOf(step, 'dilations', directions, 1, 1), 1);
  const rows = { size: image.height, taps: kernel.height, stride: strideY, dilation: dilationY };
  const columns = { size: image.width, taps: kernel.width, stride: strideX, dilation: dilationX };
  const vertical: Pair = directions === 2 ? cropOf(step, rows, 0, 2) : [0, 0];
  const horizontal = cropOf(step, columns, directions - 1, directions);
  const outputs = perGroup * groups;
  const depth = inputs / groups;
  const taps = kernel.height * kernel.width;
  const bias = biasOf(step, step.optionalConstant(2), outputs);
  step.graph.charge(weights.values.length * (1 + strideY * strideX));
  const crop = { top: vertical[0], bottom: vertical[1], left: horizontal[0], right: horizontal[1] };
  const geometry = { stride: { y: strideY, x: strideX }, dilation: { y: dilationY, x: dilationX }, groups };
  const planned = <W extends Float32Array | Int16Array>(values: W) =>
    asConvolution(
      { height: image.height, width: image.width, channels: inputs },
      {
        ...geometry,
        kernel,
        outputChannels: outputs,
        weights: byOutput(values, { groups, perGroup, depth, taps }, order),
        crop,
      },
    );
  const { scales } = weights;
  if (scales !== null && scales.length > 1 && (weights.axis !== 1 || scales.length !== perGroup)) {
    step.fail(`the weights "${weights.constant.name}" are quantized along an axis other than the output channels`);
  }
  const plan = planned(weights.values);
  const all = plan.outputChannels;
  const perPhase = (list: Float64Array, of = (output: number): number => output): Float64Array =>
    Float64Array.from({ length: all }, (_, output) => list[of(plan.channelOf(output))]!);
  const layer =
    scales === null
      ? (plan.weights as Float32Array)
      : {
          codes: plan.weights as Int16Array,
          scales: perPhase(scales, (output) => (scales.length === 1 ? 0 : output % perGroup)),
        };
  const [down, across] = plan.offsets as [Int32Array, Int32Array, Int32Array];
  if (down.length === 0 || across.length === 0) step.fail('its result is empty');
  const phases = step.target.convolution(
    image.handle,
    {
      kernel: plan.kernel,
      stride: { y: 1, x: 1 },
      dilation: { y: 1, x: 1 },
      padding: plan.padding,
      groups,
      outputs: all,
      weights: layer,
      bias: bias && perPhase(bias),
    },
    `${step.name}/phases`,
  );
  const handle = step.target.take(phases, plan.offsets, step.name);
  const size = { height: down.length, width: across.length };
  step.finish(activation(handle, imageLayout(image.axes, size, outputs)));
}
