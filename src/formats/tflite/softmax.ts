/** SOFTMAX. */
import { BuiltinOptions } from './generated/builtin-options.js';
import { SoftmaxOptions } from './generated/softmax-options.js';
import type { Step } from './step.js';

/** The exponentials' fixed point. */
const ONE = 2 ** 30;

/** Softmax over the last axis, with the exponentials of every possible difference in a table. */
export function importSoftmax(step: Step): void {
  step.requireInputs(1);
  const beta = step.options(BuiltinOptions.SoftmaxOptions, SoftmaxOptions).beta();
  if (!Number.isFinite(beta) || beta <= 0) step.fail(`its beta is ${beta}, and must be a positive number`);
  const x = step.activation(0);
  const output = step.output();
  step.requireShape(output, x.tensor.shape);
  const unit = Math.round(1 / output.scale);
  if (unit < 1 || unit > 2 ** 16) step.fail(`its output's scale ${output.scale} cannot stand for probabilities`);
  const width = x.tensor.maximum - x.tensor.minimum;
  const exponentials = Uint32Array.from({ length: width + 1 }, (_, difference) =>
    Math.round(ONE * Math.exp(-beta * x.tensor.scale * difference)),
  );
  const reached = { minimum: 0, maximum: Math.min(output.maximum, unit) };
  step.finish({ ...output, ...reached }, (id) => ({
    kind: 'softmax',
    name: step.name,
    input: x.id,
    output: id,
    exponentials,
    unit,
    ...reached,
  }));
}
