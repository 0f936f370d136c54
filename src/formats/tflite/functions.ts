/** Operators on every entry: LOGISTIC, TANH, LEAKY_RELU and others, RELU and its kin, QUANTIZE; and SOFTMAX. */
import { type Composition, type RealFunction, realFunction } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import type { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { LeakyReluOptions } from './generated/leaky-relu-options.js';
import { SoftmaxOptions } from './generated/softmax-options.js';
import type { Step } from './step.js';

/** f of every entry, rounded once. */
export function importFunction(f: (step: Step) => RealFunction | Composition): (step: Step) => void {
  return (step) => {
    step.requireInputs(1);
    step.store(step.target.function(step.real(0), f(step), `${step.name}/table`));
  };
}

/** LEAKY_RELU. */
export function leakyRelu(step: Step): RealFunction {
  return realFunction('leakyRelu', step.options([BuiltinOptions.LeakyReluOptions, LeakyReluOptions]).alpha());
}

/** RELU, RELU6, RELU_N1_TO_1, and QUANTIZE from one 8-bit tensor to another (activation NONE). */
export function importRescale(activation: ActivationFunctionType): (step: Step) => void {
  return (step) => {
    step.requireInputs(1);
    step.store(step.real(0), activation);
  };
}

/** SOFTMAX over the last axis. */
export function importSoftmax(step: Step): void {
  step.requireInputs(1);
  const beta = step.options([BuiltinOptions.SoftmaxOptions, SoftmaxOptions]).beta();
  if (!Number.isFinite(beta) || beta <= 0) fail(`its beta is ${beta}, and must be a positive number`);
  step.store(step.target.softmax(step.real(0), `${step.name}/probabilities`, beta));
}
