/** MUL, ADD, SUB, MAXIMUM and MINIMUM with a constant: a table where it is one number, a linear layer where it is one per channel. */
import { finishFunction } from './functions.js';
import type { ActivationFunctionType } from './generated/activation-function-type.js';
import { TensorType } from './generated/tensor-type.js';
import { finishLayer, inputRange } from './linear.js';
import { activationRange, channelQuantization } from './quantization.js';
import type { Activation, Step } from './step.js';

/** What the operator makes of an entry a and an entry b. */
export type Combination = 'multiply' | 'add' | 'subtract' | 'larger' | 'smaller';

const COMBINE: Readonly<Record<Combination, (a: number, b: number) => number>> = {
  multiply: (a, b) => a * b,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  larger: Math.max,
  smaller: Math.min,
};

/** Of a layer that only adds: offsets are finer than a step of the input. */
const COPYING_WEIGHT = 64;

interface Real {
  readonly centred: Int16Array;
  readonly scale: number;
  readonly shape: readonly number[];
}

/** The constant at that position, or null when the network computes it. */
function constantAt(step: Step, position: number): Real | null {
  const index = step.operator.inputs[position] ?? -1;
  if (index === -1 || step.graph.idOf(index) !== undefined) return null;
  if (step.graph.fileTensor(index).data === null) return null;
  const { tensor, data, entries } = step.constant(position, [TensorType.UINT8, TensorType.INT8]);
  const { scale, zeroPoint } = channelQuantization(tensor, 0, step.fail);
  if (tensor.scales.length > 1) step.fail(`the constant "${tensor.name}" has more than one scale`);
  step.graph.charge(entries);
  const codes = tensor.type === TensorType.INT8 ? new Int8Array(data.buffer, data.byteOffset, data.byteLength) : data;
  return { centred: Int16Array.from(codes, (code) => code - zeroPoint), scale, shape: tensor.shape };
}

/** Whether the constant has one entry per channel, or one in all, whatever axes of size one it has before. */
function fits({ centred, shape }: Real, channels: number): boolean {
  return centred.length === channels && (shape.at(-1) ?? 1) === channels;
}

function perChannel(
  step: Step,
  x: Activation,
  constant: Real,
  how: Combination,
  left: boolean,
  activation: ActivationFunctionType,
): void {
  const { shape } = x.tensor;
  const [channels = 1, width = 1, height = 1] = [...shape].reverse();
  if (shape.length > 3 || !fits(constant, channels)) {
    step.fail(`its constant has shape [${constant.shape}], and must be one number or one per channel`);
  }
  if (how === 'larger' || how === 'smaller') step.fail('its constant must be a single number');
  const output = step.output();
  const product = how === 'multiply';
  // constant - x turns the sign of x; x - constant that of the constant.
  const own = how === 'subtract' && left ? -COPYING_WEIGHT : COPYING_WEIGHT;
  const sign = how === 'subtract' && !left ? -1 : 1;
  const scale = product ? x.tensor.scale * constant.scale : x.tensor.scale / COPYING_WEIGHT;
  step.graph.charge(3 * channels);
  const map = {
    kind: 'convolution',
    input: { height, width, channels },
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: channels,
    outputChannels: channels,
    weights: product ? constant.centred : new Int16Array(channels).fill(own),
    inputRange: inputRange(x),
  } as const;
  const offset = (centred: number): number => Math.round((sign * centred * constant.scale) / scale);
  const bias = product ? new Int32Array(channels) : Int32Array.from(constant.centred, offset);
  const factors = new Float64Array(channels).fill(scale / output.scale);
  finishLayer(step, x, { map, bias, factors, activation }, shape);
}

/** Ends the step if one of its inputs is a constant; says whether it did. */
export function importWithConstant(step: Step, how: Combination, activation: ActivationFunctionType): boolean {
  step.requireInputs(2);
  const [first, second] = [constantAt(step, 0), constantAt(step, 1)];
  const constant = first ?? second;
  if (constant === null) return false;
  if (first !== null && second !== null) step.fail('both its inputs are constants');
  const x = step.activation(first === null ? 0 : 1);
  const alike = constant.centred.every((code) => code === constant.centred[0]);
  if (!alike || constant.centred.length === 0) {
    perChannel(step, x, constant, how, first !== null, activation);
    return true;
  }
  const output = step.output();
  const limit = activationRange(activation, output, step.fail);
  const value = constant.centred[0]! * constant.scale;
  const combine = COMBINE[how];
  const inside = (real: number): number =>
    Math.max(limit.minimum * output.scale, Math.min(limit.maximum * output.scale, real));
  finishFunction(step, x, (real) => inside(first === null ? combine(real, value) : combine(value, real)));
  return true;
}
