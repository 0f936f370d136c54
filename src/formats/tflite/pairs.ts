/** Operators on two tensors, entry by entry: MUL, SUB, MAXIMUM, MINIMUM. */
import type { ActivationTensor } from '../../model/tensor.js';
import { integerMultipliers } from '../../quantizer/multiplier.js';
import { importWithConstant } from './constant-pairs.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { MulOptions } from './generated/mul-options.js';
import { SubOptions } from './generated/sub-options.js';
import { activationRange } from './quantization.js';
import { reachedBy } from './reached.js';
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

/** MUL. */
export function importMultiply(step: Step): void {
  const options = step.optionalOptions(BuiltinOptions.MulOptions, MulOptions);
  const activation = options?.fusedActivationFunction() ?? ActivationFunctionType.NONE;
  if (importWithConstant(step, 'multiply', activation)) return;
  const { a, b, output } = pairOf(step);
  const limit = activationRange(activation, output, step.fail);
  const factor = (a.tensor.scale * b.tensor.scale) / output.scale;
  const { multipliers, shift } = step.checked(() => integerMultipliers([factor]));
  const { reached, operation } = reachedBy([a, b], (id) => ({
    kind: 'multiply' as const,
    name: step.name,
    inputs: [a.id, b.id] as const,
    output: id,
    multiplier: multipliers[0]!,
    shift,
    ...limit,
  }));
  step.finish({ ...output, ...reached }, operation);
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
  const { reached, operation } = reachedBy([a, b], (id) => ({
    kind: 'subtract' as const,
    name: step.name,
    inputs: [a.id, b.id] as const,
    output: id,
    multipliers: pair,
    shift,
    ...limit,
  }));
  step.finish({ ...output, ...reached }, operation);
}

/** MAXIMUM and MINIMUM; inputs of another scale than the output's are rescaled first. */
export function importExtreme(kind: 'larger' | 'smaller'): (step: Step) => void {
  return (step) => {
    if (importWithConstant(step, kind, ActivationFunctionType.NONE)) return;
    const { a, b, output } = pairOf(step);
    const [left, right] = [rescaledLike(step, a, output), rescaledLike(step, b, output)];
    const { reached, operation } = reachedBy([left, right], (id) => ({
      kind,
      name: step.name,
      inputs: [left.id, right.id] as const,
      output: id,
      minimum: output.minimum,
      maximum: output.maximum,
    }));
    step.finish({ ...output, ...reached }, operation);
  };
}
