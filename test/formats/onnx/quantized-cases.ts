/** Quantized models of a few nodes, for tests of how they compute and of how they are refused. */
import { numbers } from '../../session/random-network.js';
import { type AttributeValue, buildModel, type NodeSpec, type TensorSpec } from './model-builder.js';

export const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeSpec => ({ op, inputs, outputs: [output], attributes });

export const microsoft = (...given: Parameters<typeof node>): NodeSpec => ({
  ...node(...given),
  domain: 'com.microsoft',
});

/** Codes small enough that no processor's pairwise 16-bit sums saturate. */
export const codes = (seed: number, shape: readonly number[], type: 'INT8' | 'UINT8' = 'INT8'): TensorSpec => ({
  shape,
  type,
  data: Array.from(
    numbers(seed)(
      shape.reduce((product, size) => product * size, 1),
      60,
    ),
    (value) => {
      return type === 'UINT8' ? Math.round(Math.abs(value)) : Math.round(value);
    },
  ),
});

export const real = (...data: number[]): TensorSpec => ({ shape: data.length === 1 ? [] : [data.length], data });
export const uint8 = (value: number): TensorSpec => ({ shape: [], type: 'UINT8', data: [value] });
export const int8 = (...data: number[]): TensorSpec => ({
  shape: data.length === 1 ? [] : [data.length],
  type: 'INT8',
  data,
});
export const int32 = (...data: number[]): TensorSpec => ({ shape: [data.length], type: 'INT32', data });
export const whole = (...data: number[]): TensorSpec => ({ shape: [data.length], type: 'INT64', data });

/** Scales and zero points that the cases share: a is the input's, b and c are others. */
const formats: Record<string, TensorSpec> = {
  as: real(0.05),
  az: uint8(120),
  bs: real(0.031),
  bz: uint8(17),
  cs: real(0.11),
  cz: uint8(140),
  ss: real(1 / 256),
  sz: uint8(0),
  is: real(0.04),
  iz: int8(-5),
};

/** QuantizeLinear and DequantizeLinear. */
export const stored = (from: string, to: string, format: string): NodeSpec[] => [
  node('QuantizeLinear', [from, `${format}s`, `${format}z`], `${to}/q`),
  node('DequantizeLinear', [`${to}/q`, `${format}s`, `${format}z`], to),
];

export interface Case {
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, TensorSpec>>;
  readonly shape?: readonly number[];
  readonly version?: number;
  /** How far results may be apart, in steps; 1 unless given. */
  readonly steps?: number;
  /** Results lie halfway between two steps often, or are rounded twice: they do not count among those that seldom differ. */
  readonly halves?: boolean;
  /** An input of codes; its scale in the model is a's. */
  readonly raw?: boolean;
}

export const convolutionWeights: Record<string, TensorSpec> = {
  w: codes(1, [5, 4, 3, 3]),
  ws: real(0.01, 0.02, 0.005, 0.03, 0.015),
  wz: int8(0, 0, 0, 0, 0),
  b: int32(100, -2000, 30, 400, -5),
  bbs: real(0.01 * 0.05, 0.02 * 0.05, 0.005 * 0.05, 0.03 * 0.05, 0.015 * 0.05),
};

/** `x` real on the input, `w` and `b` real from codes. */
export const convolution = (output: string): NodeSpec[] => [
  ...stored('x', 'xr', 'a'),
  node('DequantizeLinear', ['w', 'ws', 'wz'], 'wr', { axis: 0 }),
  node('DequantizeLinear', ['b', 'bbs'], 'br', { axis: 0 }),
  node('Conv', ['xr', 'wr', 'br'], output, { pads: [1, 1, 1, 1] }),
];

export const branch: Record<string, TensorSpec> = { w: codes(1, [4, 4, 1, 1]), ws: real(0.02), wz: int8(3) };
/** Two real values of one shape and different scales: xr and v. */
export const twoValues: NodeSpec[] = [
  ...stored('x', 'xr', 'a'),
  node('DequantizeLinear', ['w', 'ws', 'wz'], 'wr'),
  node('Conv', ['xr', 'wr'], 'c'),
  ...stored('c', 'v', 'b'),
];

export const matrix: Record<string, TensorSpec> = {
  w: codes(1, [6, 24]),
  ws: real(0.01),
  b: int32(50, -60, 70, -80, 90, 1),
  bbs: real(0.0005),
};
export const SMALL = [1, 4, 2, 3];

export function build({ nodes, constants = {}, shape = [1, 4, 7, 6], version = 17, raw = false }: Case): Uint8Array {
  return buildModel({
    nodes,
    constants: { ...formats, ...constants },
    version,
    input: { name: 'x', shape, type: raw ? 'UINT8' : 'FLOAT' },
    outputs: [{ name: 'y', shape: [] }],
  });
}
