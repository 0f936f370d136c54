/** Operators that apply one real function to every entry, as tables: LOGISTIC, TANH, HARD_SWISH, LEAKY_RELU, ELU and others. */
import { evaluatorOf, type RealFunction, realFunction } from '../../graph/index.js';
import { tableRange } from '../../operations/lookup.js';
import { functionTable } from '../../quantizer/function-table.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { LeakyReluOptions } from './generated/leaky-relu-options.js';
import type { Activation, Step } from './step.js';

type Named = (step: Step) => RealFunction;

/** Ends the step with f of every entry, rounded once. */
export function finishFunction(step: Step, x: Activation, f: (value: number) => number): void {
  const output = step.output();
  step.requireShape(output, x.tensor.shape);
  const table = functionTable(f, x.tensor, output);
  const { minimum, maximum } = tableRange(table);
  const range = { minimum: Math.min(0, minimum), maximum: Math.max(0, maximum) };
  step.finish({ ...output, ...range }, (id) => ({ kind: 'lookup', name: step.name, input: x.id, output: id, table }));
}

export function importFunction(named: Named): (step: Step) => void {
  return (step) => {
    step.requireInputs(1);
    finishFunction(
      step,
      step.activation(0),
      step.refused(() => evaluatorOf(named(step))),
    );
  };
}

/** LEAKY_RELU. */
export function leakyRelu(step: Step): RealFunction {
  return realFunction('leakyRelu', step.options(BuiltinOptions.LeakyReluOptions, LeakyReluOptions).alpha());
}
