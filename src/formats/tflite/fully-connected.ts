/** FULLY_CONNECTED. */
import { BuiltinOptions } from './generated/builtin-options.js';
import { FullyConnectedOptions } from './generated/fully-connected-options.js';
import { FullyConnectedOptionsWeightsFormat } from './generated/fully-connected-options-weights-format.js';
import { channelMajor, finishLinear, inputRange, readWeights } from './linear.js';
import type { Step } from './step.js';

/** Weights [outputs, inputs]; the input's entries are read as one row, whatever its shape. */
export function importFullyConnected(step: Step): void {
  step.requireInputs(2, 3);
  const options = step.options(BuiltinOptions.FullyConnectedOptions, FullyConnectedOptions);
  if (options.weightsFormat() !== FullyConnectedOptionsWeightsFormat.DEFAULT) step.fail('its weights are shuffled');
  const x = step.activation(0);
  const weights = readWeights(step, 0, 2);
  const [outputs, inputs] = weights.constant.tensor.shape as [number, number];
  const entries = x.tensor.shape.reduce((product, size) => product * size, 1);
  if (entries !== inputs) step.fail(`its weights take ${inputs} inputs, but its input has ${entries} entries`);
  const map = { kind: 'dense', inputs, outputs, weights: channelMajor(weights), inputRange: inputRange(x) } as const;
  const { shape } = step.output();
  // A file may keep the input's leading axes, all of size 1, in front of the outputs.
  const expected = shape.length > 1 ? [...shape.slice(0, -1).fill(1), outputs] : [outputs];
  finishLinear(step, x, map, weights, options.fusedActivationFunction(), expected);
}
