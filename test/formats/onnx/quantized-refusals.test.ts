/** Quantized models that cannot be used, and what is said of them. */
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/formats/onnx/index.js';
import { ModelError } from '../../../src/model/errors.js';
import { suite } from '../../suite.js';
import {
  branch,
  build,
  type Case,
  convolution,
  convolutionWeights,
  int8,
  node,
  real,
  stored,
} from './quantized-cases.js';

const test = suite('onnx quantized, refusals');

const refused: Record<string, readonly [Case, RegExp]> = {
  'a value that is not quantized': [
    {
      nodes: [...convolution('c'), node('MaxPool', ['c'], 'p', { kernel_shape: [2, 2] }), ...stored('p', 'y', 'b')],
      constants: convolutionWeights,
    },
    /not quantized/,
  ],
  'weights that are not quantized': [
    {
      nodes: [...stored('x', 'xr', 'a'), node('Conv', ['xr', 'k'], 'c'), ...stored('c', 'y', 'b')],
      constants: { k: { shape: [1, 4, 1, 1], data: [1, 2, 3, 4] } },
    },
    /weights "k" are not quantized/,
  ],
  'scales per channel of an activation': [
    {
      nodes: [node('QuantizeLinear', ['x', 'ws', 'wz'], 'y', { axis: 1 })],
      constants: { ws: real(1, 2, 3, 4), wz: int8(0, 0, 0, 0) },
    },
    /one scale per channel/,
  ],
  'another scale for the same codes': [
    { nodes: [...stored('x', 'xr', 'a'), node('DequantizeLinear', ['xr/q', 'bs', 'az'], 'y')] },
    /another scale/,
  ],
  'dynamic quantization': [
    {
      nodes: [
        { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 's', 'z'] },
        node('ConvInteger', ['q', 'w', 'z'], 'y'),
      ],
      constants: branch,
    },
    /depends on the private input/,
  ],
  'a clamped output that is not quantized': [
    { nodes: [...convolution('c'), node('Relu', ['c'], 'y')], constants: convolutionWeights },
    /output "y" is not quantized/,
  ],
  'no linear layer': [{ nodes: [...stored('x', 'y', 'a')] }, /no linear layer/],
};

for (const [name, [given, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => importOnnx(build(given), { name: 'm' }),
      (error: unknown) => error instanceof ModelError && error.message.startsWith('m') && message.test(error.message),
    );
  });
}

test('weights stored as codes alone make no quantized model', () => {
  const nodes = [node('DequantizeLinear', ['w', 'ws', 'wz'], 'wr', { axis: 0 }), node('Conv', ['x', 'wr'], 'y')];
  assert.is(importOnnx(build({ nodes, constants: convolutionWeights })).kind, 'float');
});
