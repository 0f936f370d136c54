/** QuantizeLinear and DequantizeLinear, and what all quantized operators say about scales and zero points. */

import type { Quantization } from '../../model/tensor.js';
import { type Constant, newEntries } from './constant.js';
import { codeRange, type ElementType, elementType, isReal } from './element-type.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

/** Scales and zero points of a constant. */
interface Parameters {
  readonly scales: Float64Array;
  readonly zeroPoints: Float64Array;
  readonly type: ElementType;
}

function parametersOf(step: Step, scaleAt: number, zeroPointAt: number, otherwise: ElementType): Parameters {
  const scales = step.reals(step.constant(scaleAt));
  const constant = step.optionalConstant(zeroPointAt);
  const type = constant?.type ?? otherwise;
  const range = codeRange(type) ?? step.fail(`codes of type ${type} are not supported`);
  const zeroPoints = constant === null ? new Float64Array(scales.length) : Float64Array.from(constant.entries);
  if (zeroPoints.length !== scales.length) step.fail('it needs as many zero points as scales');
  if (scales.length === 0 || !scales.every((scale) => scale > 0 && Number.isFinite(scale))) {
    step.fail('its scale is not a positive number');
  }
  if (zeroPoints.some((code) => code < range.minimum || code > range.maximum)) {
    step.fail('its zero point is not a code of its type');
  }
  return { scales, zeroPoints, type };
}

/** The format of a whole tensor: one scale, and codes that fit 16 bits once they are centred. */
export function formatAt(
  step: Step,
  scaleAt: number,
  zeroPointAt: number,
  otherwise: ElementType = 'UINT8',
): Quantization {
  const { scales, zeroPoints, type } = parametersOf(step, scaleAt, zeroPointAt, otherwise);
  if (scales.length !== 1)
    step.fail('it has one scale per channel of a value that depends on the input; one is needed');
  const [zeroPoint] = zeroPoints;
  const range = codeRange(type)!;
  const [minimum, maximum] = [range.minimum - zeroPoint!, range.maximum - zeroPoint!];
  if (minimum < -32768 || maximum > 32767)
    step.fail(`codes of type ${type} and zero point ${zeroPoint} need more than 16 bits`);
  return { scale: scales[0]!, zeroPoint: zeroPoint!, minimum, maximum };
}

/** Reads a constant's codes as real numbers. @param axis which scales run along, when there are several */
export function dequantized(
  step: Step,
  constant: Constant,
  scaleAt: number,
  zeroPointAt: number,
  axis: number,
): Constant {
  if (isReal(constant.type)) step.fail(`the constant "${constant.name}" holds no codes`);
  const { scales, zeroPoints } = parametersOf(step, scaleAt, zeroPointAt, constant.type);
  const { shape, entries, name } = constant;
  const along = scales.length === 1 ? 0 : step.axis(axis, shape.length);
  if (scales.length !== 1 && scales.length !== shape[along]) {
    step.fail(`the constant "${name}" needs one scale, or one for each of its ${shape[along]} channels`);
  }
  step.graph.charge(2 * entries.length);
  const inner = shape.slice(along + 1).reduce((product, size) => product * size, 1);
  const centred = new Int32Array(entries.length);
  const real = new Float32Array(entries.length);
  for (let index = 0; index < entries.length; index++) {
    const channel = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length;
    centred[index] = entries[index]! - zeroPoints[channel]!;
    real[index] = centred[index]! * scales[channel]!;
  }
  return { kind: 'constant', name, type: 'FLOAT', shape, entries: real, codes: { centred, scales, axis: along } };
}

/** To the nearest code, halves to even, as the format says. */
function quantizedConstant(step: Step, constant: Constant, otherwise: ElementType): Constant {
  const { scales, zeroPoints, type } = parametersOf(step, 1, 2, otherwise);
  const { shape } = constant;
  const along = scales.length === 1 ? 0 : step.axis(step.int('axis', 1), shape.length);
  if (scales.length !== 1 && scales.length !== shape[along]) step.fail('it needs one scale, or one per channel');
  const range = codeRange(type)!;
  const values = step.reals(constant);
  step.graph.charge(values.length);
  const inner = shape.slice(along + 1).reduce((product, size) => product * size, 1);
  const entries = newEntries(type, values.length);
  values.forEach((value, index) => {
    const channel = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length;
    const ratio = value / scales[channel]!;
    const low = Math.floor(ratio);
    const rest = ratio - low;
    const code = (rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low) + zeroPoints[channel]!;
    entries[index] = Math.min(range.maximum, Math.max(range.minimum, code));
  });
  return { kind: 'constant', name: step.name, type, shape, entries };
}

function refuseBlocks(step: Step): void {
  if (step.int('block_size', 0) !== 0) step.fail('scales for blocks of a channel are not supported');
}

/** The type of codes when no zero point says it. */
function outputType(step: Step): ElementType {
  const number = step.int('output_dtype', 0);
  return number === 0 ? 'UINT8' : (elementType(number) ?? step.fail(`codes of type ${number} are not supported`));
}

/** QuantizeLinear and DequantizeLinear of constants: weights in a model that is not quantized itself. */
export function importConstantQuantize(step: Step): void {
  refuseBlocks(step);
  step.finish(quantizedConstant(step, step.constant(0), outputType(step)));
}

export function importConstantDequantize(step: Step): void {
  refuseBlocks(step);
  step.finish(dequantized(step, step.constant(0), 1, 2, step.int('axis', 1)));
}

/** The value stored in that format. */
export function quantize(step: Step, value: Activation, format: Quantization): Activation {
  const x = step.settled(value);
  return activation(step.target.store(x.handle, format, step.name), x.layout);
}

/** The stored codes at that position as real numbers; a constant's likewise. */
export function realAt(step: Step, at: number): Activation | Constant {
  const value = step.value(at);
  if (value.kind === 'constant') return dequantized(step, value, at + 1, at + 2, 1);
  const x = step.settled(value);
  const format = formatAt(step, at + 1, at + 2);
  return activation(step.target.read(x.handle, format, `${step.name}/input${at}`), x.layout);
}

export function realActivationAt(step: Step, at: number): Activation {
  const value = realAt(step, at);
  return value.kind === 'activation' ? value : step.fail(`its input ${at} is a constant, which is not supported`);
}

export function importQuantize(step: Step): void {
  refuseBlocks(step);
  const value = step.value(0);
  if (value.kind === 'constant') importConstantQuantize(step);
  else step.finish(quantize(step, value, formatAt(step, 1, 2, outputType(step))));
}

export function importDequantize(step: Step): void {
  refuseBlocks(step);
  const value = step.value(0);
  step.finish(value.kind === 'constant' ? dequantized(step, value, 1, 2, step.int('axis', 1)) : realAt(step, 0));
}
