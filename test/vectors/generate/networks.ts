/** The small networks that whole sessions are made of: linear layers in a chain, with trusted operations between them. */
import { imageShape, outputExtent, pooledShape } from '../../../src/reference/index.js';
import type { OperationVector } from '../shapes/operations.js';
import type { SessionFile } from '../shapes/protocol.js';
import { boundOf } from './linear-defects.js';
import { convolution, dense } from './maps.js';
import type { Numbers } from './numbers.js';
import { resultOf } from './operations.js';

export type LayerVector = SessionFile['groups'][number]['layers'][number];

const UINT7 = { minimum: 0, maximum: 127 };

/** The trusted operations that follow a layer's verified y. */
export function operationsAfter(layer: LayerVector): OperationVector[] {
  const { bias, requantization, pooling } = layer;
  const first: OperationVector =
    requantization === null ? { kind: 'addBias', bias } : { kind: 'requantize', bias, how: requantization };
  return pooling === null ? [first] : [first, pooling];
}

/** A layer's output from its verified y. */
export function afterwards(layer: LayerVector, y: number[]): number[] {
  return operationsAfter(layer).reduce((values, operation) => resultOf(operation, [values]), y);
}

/** Multipliers that bring the bound near the upper end of the range. */
function scaling(map: LayerVector['map'], channels: number, numbers: Numbers) {
  const shift = 30;
  const multiplier = Math.round((2 ** shift * 300) / boundOf(map));
  return { multipliers: Array.from({ length: channels }, () => multiplier + numbers.between(0, 99)), shift, ...UINT7 };
}

/** Convolution, ReLU, maximum pool; depthwise convolution, ReLU, average pool; dense. */
export function convolutional(numbers: Numbers): LayerVector[] {
  const first = convolution({ input: { height: 5, width: 4, channels: 2 }, outputChannels: 3 }, numbers);
  const inner = { height: 2, width: 2, channels: 3 };
  const second = convolution({ input: inner, groups: 3, outputChannels: 3, inputRange: UINT7 }, numbers);
  const last = dense(3, 4, numbers.list(12, -127, 127), UINT7);
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const pool = { window: { height: 2, width: 2 }, stride: { y: 2, x: 2 }, padding: none, ...UINT7 };
  const pooling = { kind: 'maxPool' as const, ...pool, shape: outputExtent({ ...first, weights: new Int16Array(0) }) };
  const pooled = pooledShape(pooling.shape, { name: '', input: 0, output: 1, ...pooling });
  if (JSON.stringify(pooled) !== JSON.stringify(imageShape([2, 2, 3]))) throw new Error('the layers do not fit');
  const biases = (length: number): number[] => numbers.list(length, -500, 500);
  return [
    { map: first, bound: boundOf(first), bias: biases(3), requantization: scaling(first, 3, numbers), pooling },
    {
      map: second,
      bound: boundOf(second),
      bias: biases(3),
      requantization: scaling(second, 3, numbers),
      pooling: { kind: 'averagePool', ...pool, shape: inner },
    },
    { map: last, bound: boundOf(last), bias: biases(4), requantization: null, pooling: null },
  ];
}

/** Two dense layers; `largest` is the largest weight. */
export function perceptron(numbers: Numbers, largest: number): LayerVector[] {
  const first = dense(6, 5, numbers.list(30, -largest, largest), { minimum: -255, maximum: 255 });
  const second = dense(5, 3, numbers.list(15, -127, 127), UINT7);
  const biases = (length: number): number[] => numbers.list(length, -500, 500);
  return [
    { map: first, bound: boundOf(first), bias: biases(5), requantization: scaling(first, 5, numbers), pooling: null },
    { map: second, bound: boundOf(second), bias: biases(3), requantization: null, pooling: null },
  ];
}
