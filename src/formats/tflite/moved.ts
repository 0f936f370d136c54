/** Operators that move stored codes unchanged. */
import type { ActivationTensor } from '../../model/tensor.js';
import type { Activation, Step } from './step.js';

/** The output of an operator that moves stored codes unchanged: it must have the input's quantization. */
export function moved(step: Step, x: Activation): ActivationTensor {
  const output = step.output();
  const { scale, zeroPoint, minimum, maximum } = x.tensor;
  if (output.scale !== scale || output.zeroPoint !== zeroPoint) {
    step.fail(`"${output.name}" must have the same scale and zero point as its input`);
  }
  return { ...output, minimum, maximum };
}
