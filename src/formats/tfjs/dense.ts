/** A constant matrix times the last axis: a dense layer, or a convolution with a 1 x 1 kernel where there are many rows. */
import { VALID } from '../../graph/index.js';
import { fail, shown } from '../shared/fail.js';
import { type Constant, realsOf } from './constant.js';
import type { Construction } from './construction.js';
import { biasOf, transposed } from './convolution.js';
import { type Activation, activation, product } from './value.js';

const ONE = { y: 1, x: 1 };

export interface Multiplying {
  readonly name: string;
  readonly matrix: Constant;
  /** [outputs, inputs] instead of [inputs, outputs]. */
  readonly transposed: boolean;
  readonly bias: Constant | null;
}

/** @param given without a border */
export function multiplied(c: Construction, given: Activation, how: Multiplying): Activation {
  const { name, matrix } = how;
  if (matrix.shape.length !== 2 || matrix.entries.length === 0) {
    fail(`the matrix ${shown(matrix.name)} has shape [${matrix.shape}], and two axes are needed`);
  }
  const [rows, columns] = matrix.shape as [number, number];
  const [inputs, outputs] = how.transposed ? [columns, rows] : [rows, columns];
  if (given.shape.length === 0 || given.shape.at(-1) !== inputs) {
    fail(`its matrix takes ${inputs} inputs, but its input has shape [${given.shape}]`);
  }
  c.charge(matrix.entries.length);
  const real = realsOf(matrix);
  const weights = how.transposed ? real : transposed(c, real, inputs, outputs);
  const bias = biasOf(c, how.bias, outputs);
  const shape = given.shape.with(-1, outputs);
  const count = product(given.shape) / inputs;
  if (count === 1) return activation(c.target.dense(given.handle, { outputs, weights, bias }, name), shape);
  const own = c.target.shape(given.handle);
  const image = own.length === 3 && own[2] === inputs ? own : [1, count, inputs];
  const handle = c.target.convolution(
    c.shaped(given.handle, image, name),
    { kernel: { height: 1, width: 1 }, stride: ONE, dilation: ONE, padding: VALID, groups: 1, outputs, weights, bias },
    name,
  );
  return activation(handle, shape);
}
