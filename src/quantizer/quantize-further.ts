/** Functions, products, differences and interpolations, from floats to integers. */

import {
  evaluatorOf,
  type FloatFunction,
  type FloatInterpolate,
  type FloatInterpolation,
  type FloatPair,
} from '../graph/index.js';
import type {
  InterpolateOperation,
  LookupOperation,
  MultiplyOperation,
  SubtractOperation,
} from '../model/trusted-operations.js';
import { changeScale } from './change-scale.js';
import { functionTable } from './function-table.js';
import { clampOf } from './quantize-linear.js';
import type { TensorFacts } from './tensor-facts.js';

/** A function of one entry is a table. */
export function functionOf(operation: FloatFunction, facts: TensorFacts): LookupOperation {
  const { name, input, output } = operation;
  const table = functionTable(evaluatorOf(operation.function), facts.quantization(input), facts.quantization(output));
  return { kind: 'lookup', name, input, output, table };
}

/** One rounding: of the product of the integers, scaled. */
export function multiply({ name, inputs, output, activation }: FloatPair, facts: TensorFacts): MultiplyOperation {
  const to = facts.quantization(output);
  const [left, right] = inputs.map((id) => facts.quantization(id).scale) as [number, number];
  const { multipliers, shift } = changeScale([left * right], to.scale, name);
  return { kind: 'multiply', name, inputs, output, multiplier: multipliers[0]!, shift, ...clampOf(activation, to) };
}

/** One rounding: of the scaled difference. */
export function subtract({ name, inputs, output, activation }: FloatPair, facts: TensorFacts): SubtractOperation {
  const to = facts.quantization(output);
  const scales = inputs.map((id) => facts.quantization(id).scale);
  const { multipliers, shift } = changeScale(scales, to.scale, name);
  const pair: [number, number] = [multipliers[0]!, multipliers[1]!];
  return { kind: 'subtract', name, inputs, output, multipliers: pair, shift, ...clampOf(activation, to) };
}

/** Distances in 1024ths. */
export function interpolate(operation: FloatInterpolate): InterpolateOperation {
  const whole = ({ lower, upper, weights }: FloatInterpolation) => ({
    lower,
    upper,
    weights: Int32Array.from(weights, (weight) => Math.round(1024 * weight)),
  });
  return { ...operation, rows: whole(operation.rows), columns: whole(operation.columns) };
}
