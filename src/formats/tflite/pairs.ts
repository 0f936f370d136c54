/**
 * ADD, SUB, MUL, MAXIMUM and MINIMUM of two tensors, or of one and a constant: a table where that is one number, a linear layer where it
 * is one per channel.
 */
import {
  asImage,
  type Composition,
  type FloatPair,
  pairedShape,
  type RealFunction,
  realFunction,
  repeated,
} from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import type { Handle } from '../shared/target.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { TensorType } from './generated/tensor-type.js';
import { formatOf } from './quantization.js';
import type { OptionsOf, Step } from './step.js';
import { codesOf } from './weights.js';

/** What the operator makes of an entry a and an entry b. */
type Kind = 'add' | FloatPair['kind'];

interface Fused {
  fusedActivationFunction(): ActivationFunctionType;
}

interface Codes {
  readonly codes: Int16Array;
  readonly scale: number;
  readonly shape: readonly number[];
}

/** The constant at that position, or null when the network computes it. */
function constantAt(step: Step, position: number): Codes | null {
  const index = step.operator.inputs[position] ?? -1;
  if (step.graph.handleOf(index) !== undefined || !step.input(position)?.data) return null;
  const constant = step.constant(position, [TensorType.UINT8, TensorType.INT8]);
  const { tensor, entries } = constant;
  const { scale, zeroPoint } = formatOf(tensor);
  if (tensor.scales.length > 1) fail(`the constant "${tensor.name}" has more than one scale`);
  step.graph.charge(entries);
  return { codes: Int16Array.from(codesOf(constant), (code) => code - zeroPoint), scale, shape: tensor.shape };
}

/** A table of the function: a clamp would otherwise be a change of scale, which rounds in another way. */
export function tabled(f: RealFunction): Composition {
  return { name: 'composition', expression: { kind: 'function', function: f, of: { kind: 'entry' } } };
}

/** The operator with one number. @param isFirst whether that is a, and x is b */
function withNumber(kind: Kind, value: number, isFirst: boolean): RealFunction | Composition {
  switch (kind) {
    case 'multiply':
      return realFunction('affine', value, 0);
    case 'add':
      return realFunction('affine', 1, value);
    case 'subtract':
      return isFirst ? realFunction('affine', -1, value) : realFunction('affine', 1, -value);
    case 'larger':
      return tabled(realFunction('clamp', value, Number.POSITIVE_INFINITY));
    case 'smaller':
      return tabled(realFunction('clamp', Number.NEGATIVE_INFINITY, value));
  }
}

/** The operator with one number per channel. */
function withChannels(step: Step, x: Handle, { codes, scale, shape }: Codes, kind: Kind, isFirst: boolean): Handle {
  const { target, name } = step;
  const { channels } = asImage(target.shape(x));
  if (target.shape(x).length > 3 || codes.length !== channels || (shape.at(-1) ?? 1) !== channels) {
    fail(`its constant has shape [${shape}], and must be one number or one per channel`);
  }
  if (kind === 'larger' || kind === 'smaller') fail('its constant must be a single number');
  if (kind === 'multiply') {
    const layer = {
      kernel: { height: 1, width: 1 },
      stride: { y: 1, x: 1 },
      dilation: { y: 1, x: 1 },
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
      groups: channels,
      outputs: channels,
      weights: { codes, scales: new Float64Array(channels).fill(scale) },
      bias: null,
    };
    return target.convolution(x, layer, `${name}/product`);
  }
  const [factor, sign] = kind === 'add' ? [1, 1] : isFirst ? [-1, 1] : [1, -1];
  const offsets = Float64Array.from(codes, (code) => sign * code * scale);
  return target.affine(x, Float64Array.of(factor), offsets, `${name}/sum`);
}

/** The input at that position, repeated along its axes of size one until it has the given shape. */
function broadcast(step: Step, position: number, to: readonly number[]): Handle {
  const x = step.activation(position);
  if (x.shape.join() === to.join()) return step.read(x);
  if (pairedShape(x.shape, to)?.join() !== to.join()) fail('its inputs have different shapes');
  step.graph.charge(to.reduce((sum, size) => sum + size, 0));
  const handle = step.target.take(x.handle, repeated(x.shape, to), `${step.name}/repeated`);
  return step.read({ ...x, handle });
}

/** @param options what says the fused activation, if anything does */
export function importPair(kind: Kind, options?: OptionsOf<Fused>): (step: Step) => void {
  return (step) => {
    const { target, name } = step;
    step.requireInputs(2);
    const fused = options && step.optionalOptions(options);
    const activation = fused?.fusedActivationFunction() ?? ActivationFunctionType.NONE;
    const [first, second] = [constantAt(step, 0), constantAt(step, 1)];
    const constant = first ?? second;
    if (constant === null) {
      const { shape } = step.output();
      const [a, b] = [broadcast(step, 0, shape), broadcast(step, 1, shape)];
      const result = kind === 'add' ? target.add(a, b, `${name}/sum`) : target.pair(kind, a, b, `${name}/pair`);
      step.store(result, activation);
      return;
    }
    if (first !== null && second !== null) fail('both its inputs are constants');
    const { codes, scale } = constant;
    const isFirst = first !== null;
    const x = step.real(isFirst ? 1 : 0);
    const result = codes.every((code) => code === codes[0])
      ? target.function(x, withNumber(kind, codes[0]! * scale, isFirst), `${name}/table`)
      : withChannels(step, x, constant, kind, isFirst);
    step.store(result, activation, target.shape(x));
  };
}
