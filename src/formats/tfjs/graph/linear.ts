/** Convolutions and matrix products, alone and with what is fused to them. */
import type { Axes } from '../../../graph/index.js';
import { fail, shown } from '../../shared/fail.js';
import { clamped, leaky, named, rectified, withSlopes } from '../activations.js';
import type { Constant } from '../constant.js';
import { convolved, LARGEST, type PaddingRule } from '../convolution.js';
import { multiplied } from '../dense.js';
import { transposed } from '../moving.js';
import { convolvedBack } from '../transposed-convolution.js';
import type { Activation } from '../value.js';
import { withoutBlocks } from './blocks.js';
import type { Step } from './step.js';

/** The numbers for rows and columns of a list for all axes. */
export function axesOf(step: Step, name: string, otherwise: number | null): Axes {
  const list = step.attributes.ints(name);
  if (list === null || list.length === 0) {
    return otherwise === null ? fail(`its attribute "${name}" is missing`) : { y: otherwise, x: otherwise };
  }
  const [batch, y, x, channels] = list as [number, number, number, number];
  if (list.length !== 4 || batch !== 1 || channels !== 1) fail(`its attribute "${name}" is [${list}]`);
  for (const value of [y, x]) if (!(value >= 1 && value <= LARGEST)) fail(`its attribute "${name}" is [${list}]`);
  return { y, x };
}

export function paddingOf(step: Step): PaddingRule {
  const rule = step.attributes.text('padding', '');
  if (rule === 'SAME') return 'same';
  if (rule === 'VALID') return 'valid';
  if (rule !== 'EXPLICIT') return fail(`its padding is ${shown(rule)}`);
  const list = step.attributes.ints('explicit_paddings') ?? [];
  for (const amount of list) if (!(amount >= 0 && amount <= LARGEST)) fail(`its explicit_paddings are [${list}]`);
  const [before, after, top, bottom, left, right, first, last] = list;
  if (list.length !== 8 || before! + after! + first! + last! > 0) fail(`its explicit_paddings are [${list}]`);
  return { top: top!, bottom: bottom!, left: left!, right: right! };
}

/** What is fused to a product: a bias first, then at most one activation. */
interface Fused {
  readonly bias: Constant | null;
  readonly finish: (x: Activation) => Activation;
}

const NOTHING: Fused = { bias: null, finish: (x) => x };

function fusedOf(step: Step): Fused {
  const { c, name } = step;
  const given = step.attributes.texts('fused_ops');
  const [first, ...rest] = given;
  if (first === undefined) return NOTHING;
  if (first !== 'BiasAdd')
    return fail(`its fused_ops are ${given.map(shown).join(', ')}, and the first must be BiasAdd`);
  const bias = step.constant(2);
  const [kind, more] = rest;
  if (more !== undefined) fail(`it has ${given.length} fused_ops`);
  const own = `${name}/${kind}`;
  switch (kind) {
    case undefined:
    case 'linear':
      return { bias, finish: (x) => x };
    case 'Relu':
      return { bias, finish: (x) => rectified(c, x, own) };
    case 'Relu6':
      return { bias, finish: (x) => clamped(c, x, 0, 6, own) };
    case 'Prelu':
      return { bias, finish: (x) => withSlopes(c, x, step.constant(3), own) };
    case 'LeakyRelu':
      return { bias, finish: (x) => leaky(c, x, step.attributes.float('leakyrelu_alpha', 0.2), own) };
    default:
      return { bias, finish: (x) => named(c, x, kind, own) };
  }
}

function convolution(step: Step, depthwise: boolean, fused: Fused): Activation {
  step.requireChannelsLast();
  const { c, name } = step;
  const { x, blocks } = withoutBlocks(step);
  const stride = axesOf(step, 'strides', null);
  const dilation = axesOf(step, 'dilations', 1);
  const padding = paddingOf(step);
  if (blocks !== null && (padding !== 'valid' || [stride, dilation].some(({ y, x: across }) => y * across !== 1))) {
    fail('it reads blocks of a SpaceToBatchND, so its padding must be VALID, and its strides and dilations 1');
  }
  const layer = { name, kernel: step.constant(1), depthwise, bias: fused.bias, stride, padding };
  const result = fused.finish(convolved(c, x, { ...layer, dilation: blocks ?? dilation }));
  return { ...result, blocks };
}

export const conv2D = (step: Step): Activation => convolution(step, false, NOTHING);
export const fusedConv2D = (step: Step): Activation => convolution(step, false, fusedOf(step));
export const depthwiseConv2D = (step: Step): Activation => convolution(step, true, NOTHING);
export const fusedDepthwiseConv2D = (step: Step): Activation => convolution(step, true, fusedOf(step));

/** The sizes of the result, the kernel, and what the forward convolution would have made. */
export function conv2DBackpropInput(step: Step): Activation {
  step.requireChannelsLast();
  const { c, name } = step;
  const { y, x } = axesOf(step, 'dilations', 1);
  if (y !== 1 || x !== 1) fail('its dilations must be 1');
  const [, height = 0, width = 0] = step.integers(0);
  if (height > LARGEST || width > LARGEST) fail(`its result has ${height} x ${width} pixels`);
  const kernel = step.constant(1);
  const how = { name, kernel, bias: null, stride: axesOf(step, 'strides', null), padding: paddingOf(step) };
  return convolvedBack(c, step.bordered(2), { ...how, size: { height, width } });
}

function product(step: Step, fused: Fused): Activation {
  const { c, name, attributes } = step;
  const given = step.activation(0);
  if (given.shape.length < 2) fail(`its input has shape [${given.shape}], and needs two axes`);
  const turned = attributes.bool('transpose_a') || attributes.bool('adj_x');
  const axes = [...given.shape.keys()];
  const order = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  const x = turned ? transposed(c, given, order, `${name}/transposed`) : given;
  const matrix = step.constant(1);
  const turnedMatrix = attributes.bool('transpose_b') || attributes.bool('adj_y');
  return fused.finish(multiplied(c, x, { name, matrix, transposed: turnedMatrix, bias: fused.bias }));
}

export const matMul = (step: Step): Activation => product(step, NOTHING);
export const fusedMatMul = (step: Step): Activation => product(step, fusedOf(step));
