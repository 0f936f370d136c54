/** Gemm and MatMul with a constant matrix: a dense layer, or a convolution with a 1 x 1 kernel where there are many rows. */
import type { Constant } from './constant.js';
import { shaped, withAxesLast } from './image.js';
import { channelsOf, type Factor, product, shapeOf, transpose } from './layout.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';
import { biasOf, layerWeights, weightsOf } from './weights.js';

export interface Matrix {
  readonly constant: Constant;
  /** [outputs, inputs] instead of [inputs, outputs]. */
  readonly transposed: boolean;
  readonly bias: Constant | null;
  /** y = alpha * matrix * x + beta * bias */
  readonly alpha: number;
  readonly beta: number;
}

const ONE = { y: 1, x: 1 };

/** Multiplies the last axis of `x`, whose border must be settled, with the matrix. */
export function multiply(step: Step, given: Activation, matrix: Matrix): Activation {
  const shape = shapeOf(given.layout);
  if (shape.length === 0) step.fail('its input has no axes');
  const last = shape.length - 1;
  const x = withAxesLast(step, given, [last]);
  const channels = channelsOf(x.layout, [last]);
  const weights = weightsOf(step, matrix.constant, 2);
  const [rows, columns] = matrix.constant.shape as [number, number];
  const [inputs, outputs] = matrix.transposed ? [columns, rows] : [rows, columns];
  if (inputs !== channels.count) {
    step.fail(`its matrix takes ${inputs} inputs, but the last axis of its input has ${channels.count} entries`);
  }
  const order = channels.order();
  const at = (term: number): number => (order === null ? term : order[term]!);
  const places = matrix.transposed
    ? { stride: inputs, offset: at }
    : { stride: 1, offset: (term: number) => at(term) * outputs };
  const layer = layerWeights(step, weights, matrix.transposed ? 0 : 1, null, places, matrix.alpha);
  const bias = biasOf(step, matrix.bias, outputs, matrix.beta);
  const count = product(channels.others);
  const added: Factor[] = outputs === 1 ? [] : [{ size: outputs }];
  const layout = { axes: x.layout.axes.with(last, added), memory: [...channels.others, ...added] };
  if (count === 1) return activation(step.target.dense(x.handle, { outputs, weights: layer, bias }, step.name), layout);
  const own = step.target.shape(x.handle);
  const image = own.length === 3 && own[2] === inputs ? own : [1, count, inputs];
  const handle = step.target.convolution(
    shaped(step, x.handle, image),
    {
      kernel: { height: 1, width: 1 },
      stride: ONE,
      dilation: ONE,
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
      groups: 1,
      outputs,
      weights: layer,
      bias,
    },
    step.name,
  );
  return activation(handle, layout);
}

/** A bias for one row of outputs, under whatever axes of size one. */
function rowBias(step: Step, constant: Constant | null): Constant | null {
  if (constant?.shape.slice(0, -1).some((size) => size !== 1)) {
    step.fail(`the bias "${constant.name}" has shape [${constant.shape}], and must be the same for every row`);
  }
  return constant;
}

export function importGemm(step: Step): void {
  const given = step.activation(0);
  if (given.layout.axes.length !== 2) step.fail('its input must have 2 axes');
  const x = step.int('transA', 0) === 0 ? given : activation(given.handle, transpose(given.layout, [1, 0]));
  step.finish(
    multiply(step, x, {
      constant: step.constant(1),
      transposed: step.int('transB', 0) !== 0,
      bias: rowBias(step, step.optionalConstant(2)),
      alpha: step.float('alpha', 1),
      beta: step.float('beta', 1),
    }),
  );
}

export function importMatMul(step: Step): void {
  const x = step.activation(0);
  step.finish(multiply(step, x, { constant: step.constant(1), transposed: false, bias: null, alpha: 1, beta: 1 }));
}
