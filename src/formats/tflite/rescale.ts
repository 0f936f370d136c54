/** Changes of scale and range: QUANTIZE, RELU and its kin, ADD, and the rescales that other operators need. */
import type { ActivationTensor } from '../../model/tensor.js';
import { integerMultipliers } from '../../quantizer/multiplier.js';
import { clamp, roundedShift } from '../../reference/rounding.js';
import { importWithConstant } from './constant-pairs.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { AddOptions } from './generated/add-options.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { activationRange, type Range } from './quantization.js';
import type { Activation, Step } from './step.js';
import { broadcast } from './take.js';

/** The range of clamp(roundedShift(sum of c * multiplier, shift)), whose multipliers are not negative. */
function rescaledRange(parts: readonly Range[], multipliers: readonly number[], shift: number, limit: Range): Range {
  const end = (side: keyof Range): number => {
    const sum = parts.reduce((total, part, index) => total + BigInt(part[side]) * BigInt(multipliers[index]!), 0n);
    return Number(clamp(roundedShift(sum, shift), limit.minimum, limit.maximum));
  };
  return { minimum: end('minimum'), maximum: end('maximum') };
}

/**
 * What `to` is made from `x` with: multiplier and shift of the change of scale, and the range that is reached. Clamping to
 * that range instead of to the limit gives the same, and tells later layers how narrow their inputs are.
 */
function rescaling(step: Step, x: Activation, to: ActivationTensor, limit: Range) {
  const { multipliers, shift } = step.checked(() => integerMultipliers([x.tensor.scale / to.scale]));
  const multiplier = multipliers[0]!;
  return { multiplier, shift, reached: rescaledRange([x.tensor], [multiplier], shift, limit) };
}

/** Ends the step with its output made from `x` by a change of scale and a clamp. */
export function finishRescaled(step: Step, x: Activation, output: ActivationTensor, limit: Range): void {
  const { multiplier, shift, reached } = rescaling(step, x, output, limit);
  step.finish({ ...output, ...reached }, (id) => ({
    kind: 'rescale',
    name: step.name,
    input: x.id,
    output: id,
    multiplier,
    shift,
    ...reached,
  }));
}

/** The tensor `x` at the scale and inside the range of `like`: `x` itself where that holds already. */
export function rescaledLike(step: Step, x: Activation, like: ActivationTensor): Activation {
  const { minimum, maximum, scale, zeroPoint } = like;
  if (x.tensor.scale === scale && x.tensor.minimum >= minimum && x.tensor.maximum <= maximum) return x;
  const { multiplier, shift, reached } = rescaling(step, x, like, like);
  const name = `${step.name}/${x.tensor.name} rescaled`;
  return step.insert({ ...x.tensor, ...reached, name, scale, zeroPoint }, (output) => ({
    kind: 'rescale',
    name,
    input: x.id,
    output,
    multiplier,
    shift,
    ...reached,
  }));
}

/** RELU, RELU6, RELU_N1_TO_1, and QUANTIZE from one 8-bit tensor to another (activation NONE). */
export function importRescale(activation: ActivationFunctionType): (step: Step) => void {
  return (step) => {
    step.requireInputs(1);
    const x = step.activation(0);
    const output = step.output();
    step.requireShape(output, x.tensor.shape);
    finishRescaled(step, x, output, activationRange(activation, output, step.fail));
  };
}

/** ADD; a tensor with axes of size one is repeated. */
export function importAdd(step: Step): void {
  step.requireInputs(2);
  const options = step.optionalOptions(BuiltinOptions.AddOptions, AddOptions);
  const activation = options?.fusedActivationFunction() ?? ActivationFunctionType.NONE;
  if (importWithConstant(step, 'add', activation)) return;
  const output = step.output();
  const a = broadcast(step, step.activation(0), output.shape);
  const b = broadcast(step, step.activation(1), output.shape);
  const limit = activationRange(activation, output, step.fail);
  const factors = [a.tensor.scale / output.scale, b.tensor.scale / output.scale];
  const { multipliers, shift } = step.checked(() => integerMultipliers(factors));
  const pair: readonly [number, number] = [multipliers[0]!, multipliers[1]!];
  const reached = rescaledRange([a.tensor, b.tensor], pair, shift, limit);
  step.finish({ ...output, ...reached }, (id) => ({
    kind: 'add',
    name: step.name,
    inputs: [a.id, b.id],
    output: id,
    multipliers: pair,
    shift,
    ...reached,
  }));
}
