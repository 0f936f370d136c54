/** Operators on two tensors, entry by entry: MUL, SUB, MAXIMUM, MINIMUM. */
import type { ActivationTensor } from '../../model/tensor.js';
import { integerMultipliers } from '../../quantizer/multiplier.js';
import { clamp, roundedShift } from '../../reference/rounding.js';
import { importWithConstant } from './constant-pairs.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { MulOptions } from './generated/mul-options.js';
import { SubOptions } from './generated/sub-options.js';
import { activationRange, type Range } from './quantization.js';
import { rescaledLike } from './rescale.js';
import type { Activation, Step } from './step.js';
import { broadcast } from './take.js';

/** Both inputs, the one with axes of size one repeated; and the output, which must have their shape. */
export function pairOf(step: Step): { a: Activation; b: Activation; output: ActivationTensor } {
  step.requireInputs(2);
  const output = step.output();
  const [a, b] = [broadcast(step, step.activation(0), output.shape), broadcast(step, step.activation(1), output.shape)];
  return { a, b, output };
}

/** The range of clamp(roundedShift(value, shift)) where `values` are the extremes of what is rounded. */
function reachedRange(values: readonly bigint[], shift: number, limit: Range): Range {
  const ends = values.map((value) => Number(clamp(roundedShift(value, shift), limit.minimum, limit.maximum)));
  return { minimum: Math.min(0, ...ends), maximum: Math.max(0, ...ends) };
}

function corners(a: Range, b: Range): (readonly [bigint, bigint])[] {
  return [a.minimum, a.maximum].flatMap((left) =>
    [b.minimum, b.maximum].map((right) => [BigInt(left), BigInt(right)] as const),
  );
}

/** MUL. */
export function importMultiply(step: Step): void {
  const options = step.optionalOptions(BuiltinOptions.MulOptions, MulOptions);
  const activation = options?.fusedActivationFunction() ?? ActivationFunctionType.NONE;
  if (importWithConstant(step, 'multiply', activation)) return;
  const { a, b, output } = pairOf(step);
  const limit = activationRange(activation, output, step.fail);
  const factor = (a.tensor.scale * b.tensor.scale) / output.scale;
  const { multipliers, shift } = step.checked(() => integerMultipliers([factor]));
  const multiplier = multipliers[0]!;
  const products = corners(a.tensor, b.tensor).map(([left, right]) => left * right * BigInt(multiplier));
  const reached = reachedRange(products, shift, limit);
  step.finish({ ...output, ...reached }, (id) => ({
    kind: 'multiply',
    name: step.name,
    inputs: [a.id, b.id],
    output: id,
    multiplier,
    shift,
    ...reached,
  }));
}

/** SUB. */
export function importSubtract(step: Step): void {
  const options = step.optionalOptions(BuiltinOptions.SubOptions, SubOptions);
  const activation = options?.fusedActivationFunction() ?? ActivationFunctionType.NONE;
  if (importWithConstant(step, 'subtract', activation)) return;
  const { a, b, output } = pairOf(step);
  const limit = activationRange(activation, output, step.fail);
  const factors = [a.tensor.scale / output.scale, b.tensor.scale / output.scale];
  const { multipliers, shift } = step.checked(() => integerMultipliers(factors));
  const pair: readonly [number, number] = [multipliers[0]!, multipliers[1]!];
  const differences = corners(a.tensor, b.tensor).map(
    ([left, right]) => left * BigInt(pair[0]) - right * BigInt(pair[1]),
  );
  const reached = reachedRange(differences, shift, limit);
  step.finish({ ...output, ...reached }, (id) => ({
    kind: 'subtract',
    name: step.name,
    inputs: [a.id, b.id],
    output: id,
    multipliers: pair,
    shift,
    ...reached,
  }));
}

/** MAXIMUM and MINIMUM; inputs of another scale than the output's are rescaled first. */
export function importExtreme(kind: 'larger' | 'smaller'): (step: Step) => void {
  const pick = kind === 'larger' ? Math.max : Math.min;
  return (step) => {
    if (importWithConstant(step, kind, ActivationFunctionType.NONE)) return;
    const { a, b, output } = pairOf(step);
    const [left, right] = [rescaledLike(step, a, output), rescaledLike(step, b, output)];
    const reached = {
      minimum: pick(left.tensor.minimum, right.tensor.minimum),
      maximum: pick(left.tensor.maximum, right.tensor.maximum),
    };
    step.finish({ ...output, ...reached }, (id) => ({
      kind,
      name: step.name,
      inputs: [left.id, right.id],
      output: id,
      ...reached,
    }));
  };
}
