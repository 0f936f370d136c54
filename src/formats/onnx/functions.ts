/** Operators that apply one real function to every entry. */
import { type RealFunction, realFunction } from '../../graph/index.js';
import type { Step } from './step.js';

type Named = (step: Step) => RealFunction;

/** Which function a node applies, by its attributes. */
export const FUNCTIONS: Readonly<Record<string, Named>> = {
  Abs: () => realFunction('absolute'),
  Celu: (step) => realFunction('celu', step.float('alpha', 1)),
  Elu: (step) => realFunction('elu', step.float('alpha', 1)),
  Erf: () => realFunction('erf'),
  Exp: () => realFunction('exponential'),
  Gelu: (step) => realFunction(step.text('approximate', 'none') === 'tanh' ? 'geluTanh' : 'gelu'),
  HardSigmoid: (step) => realFunction('hardSigmoid', step.float('alpha', 0.2), step.float('beta', 0.5)),
  HardSwish: () => realFunction('hardSwish'),
  LeakyRelu: (step) => realFunction('leakyRelu', step.float('alpha', 0.01)),
  Log: () => realFunction('logarithm'),
  Mish: () => realFunction('mish'),
  Reciprocal: () => realFunction('reciprocal'),
  Selu: (step) => realFunction('selu', step.float('alpha', 1.6732632), step.float('gamma', 1.050701)),
  Sigmoid: () => realFunction('sigmoid'),
  Softplus: () => realFunction('softplus'),
  Softsign: () => realFunction('softsign'),
  Sqrt: () => realFunction('squareRoot'),
  Swish: (step) => realFunction('silu', step.float('alpha', 1)),
  Tanh: () => realFunction('tanh'),
  ThresholdedRelu: (step) => realFunction('thresholdedRelu', step.float('alpha', 1)),
};

/** Applies the function to the node's input. */
export function applied(step: Step, function_: RealFunction): void {
  const x = step.activation(0);
  step.give(step.target.function(x.handle, function_, step.name), x.layout);
}

export function importFunction(named: Named) {
  return (step: Step): void => applied(step, named(step));
}

/** Pow with one number as the exponent. */
export function importPower(step: Step): void {
  applied(step, realFunction('power', step.scalar(step.constant(1))));
}
