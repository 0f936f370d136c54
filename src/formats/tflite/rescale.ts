/** Changes of scale and range: QUANTIZE, RELU and its kin, ADD, and the rescales that other operators need. */
import type { ActivationTensor } from '../../model/tensor.js';
import { integerMultipliers } from '../../quantizer/multiplier.js';
import { importWithConstant } from './constant-pairs.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { AddOptions } from './generated/add-options.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { activationRange, type Range } from './quantization.js';
import { reachedBy } from './reached.js';
import type { Activation, Step } from './step.js';
import { broadcast } from './take.js';

/** `x` at the scale of `to`, inside `limit`. */
function rescaling(step: Step, x: Activation, to: ActivationTensor, { minimum, maximum }: Range, name: string) {
  const { multipliers, shift } = step.checked(() => integerMultipliers([x.tensor.scale / to.scale]));
  const how = { kind: 'rescale' as const, name, input: x.id, multiplier: multipliers[0]!, shift, minimum, maximum };
  return reachedBy([x], (output) => ({ ...how, output }));
}

/** Ends the step with its output made from `x` by a change of scale and a clamp. */
export function finishRescaled(step: Step, x: Activation, output: ActivationTensor, limit: Range): void {
  const { reached, operation } = rescaling(step, x, output, limit, step.name);
  step.finish({ ...output, ...reached }, operation);
}

/** The tensor `x` at the scale and inside the range of `like`: `x` itself where that holds already. */
export function rescaledLike(step: Step, x: Activation, like: ActivationTensor): Activation {
  const { minimum, maximum, scale, zeroPoint } = like;
  if (x.tensor.scale === scale && x.tensor.minimum >= minimum && x.tensor.maximum <= maximum) return x;
  const name = `${step.name}/${x.tensor.name} rescaled`;
  const { reached, operation } = rescaling(step, x, like, { minimum, maximum }, name);
  return step.insert({ ...x.tensor, ...reached, name, scale, zeroPoint }, operation);
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
  const { reached, operation } = reachedBy([a, b], (id) => ({
    kind: 'add' as const,
    name: step.name,
    inputs: [a.id, b.id] as const,
    output: id,
    multipliers: pair,
    shift,
    ...limit,
  }));
  step.finish({ ...output, ...reached }, operation);
}
