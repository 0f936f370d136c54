/** ConvInteger and MatMulInteger: sums of products of codes, which later nodes scale and quantize. */

import type { Quantization } from '../../model/tensor.js';
import type { Constant } from './constant.js';
import { convolve } from './convolution.js';
import { codeRange, isReal } from './element-type.js';
import { multiply } from './matrix.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

/** The codes at position 0 as whole numbers, with the zero point at position 2. */
function wholeInput(step: Step): Activation {
  const x = step.activation(0);
  const constant = step.optionalConstant(2);
  const zeroPoint = constant === null ? 0 : step.scalar(constant);
  const range = codeRange(constant?.type ?? 'UINT8') ?? step.fail('its zero point is of no type of codes');
  const format: Quantization = {
    scale: 1,
    zeroPoint,
    minimum: range.minimum - zeroPoint,
    maximum: range.maximum - zeroPoint,
  };
  if (!(format.minimum >= -32768 && format.minimum <= 0 && format.maximum >= 0 && format.maximum <= 32767)) {
    step.fail('its zero point is not a code of its type');
  }
  return activation(step.target.readIntegers(x.handle, format, `${step.name}/integers`), x.layout);
}

/** The constant codes at position 1 with scale 1, and the zero points at position 3: one, or one per channel. */
function wholeWeights(step: Step, axis: number): Constant {
  const constant = step.constant(1);
  if (isReal(constant.type)) step.fail('its weights are not whole numbers');
  const zeroPoints = step.optionalConstant(3)?.entries ?? Int32Array.of(0);
  const { shape, entries } = constant;
  const along = shape.length === 0 ? 0 : step.axis(axis, shape.length);
  if (zeroPoints.length !== 1 && zeroPoints.length !== shape[along])
    step.fail('it has too many or too few zero points');
  step.graph.charge(entries.length);
  const inner = shape.slice(along + 1).reduce((product, size) => product * size, 1);
  const centred = Int32Array.from(entries, (code, index) => {
    return code - zeroPoints[zeroPoints.length === 1 ? 0 : Math.floor(index / inner) % zeroPoints.length]!;
  });
  return { ...constant, codes: { centred, scales: Float64Array.of(1), axis: along } };
}

export function importConvInteger(step: Step): void {
  step.finish(convolve(step, wholeInput(step), wholeWeights(step, 0), null));
}

export function importMatMulInteger(step: Step): void {
  const constant = wholeWeights(step, 1);
  step.finish(multiply(step, wholeInput(step), { constant, transposed: false, bias: null, alpha: 1, beta: 1 }));
}
