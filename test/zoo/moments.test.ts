import * as assert from 'uvu/assert';
import type { Convolution } from '../../src/model/linear-map.js';
import { accumulatorMoments, clampedMoments } from '../../src/zoo/moments.js';
import { clampedNormal, normalShare } from '../../src/zoo/normal.js';
import { suite } from '../suite.js';

const test = suite('network: zoo moments');

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test('the normal distribution', () => {
  near(normalShare(0), 0.5, 1e-6);
  near(normalShare(1.959964), 0.975, 1e-6);
  near(normalShare(-1.959964), 0.025, 1e-6);
});

test('clamped normal variables, and the largest of several', () => {
  const rectified = clampedNormal(0, 1, 0, 8);
  near(rectified.mean, 1 / Math.sqrt(2 * Math.PI), 1e-3);
  near(rectified.variance, 0.5 - 0.5 / Math.PI, 1e-3);
  near(clampedNormal(3, 2, -20, 20).mean, 3, 1e-3);
  near(clampedNormal(3, 2, -20, 20).variance, 4, 0.05);
  near(clampedNormal(0, 1, -8, 8, 2).mean, 1 / Math.sqrt(Math.PI), 1e-3);
  assert.equal(clampedNormal(300, 0, 0, 255), { mean: 255, variance: 0 });
  const pixels = { mean: Float64Array.of(0, 10), variance: Float64Array.of(1, 4) };
  assert.ok(clampedMoments(pixels, -128, 127, 9).mean.every((mean, channel) => mean > pixels.mean[channel]!));
});

test('sums of products, with the taps that lie on the padding taken off', () => {
  const input = { mean: Float64Array.of(1, 10), variance: Float64Array.of(4, 9) };
  const inputRange = { minimum: 0, maximum: 255 };
  const weights = Int16Array.of(1, 2, -3, 4);
  const matrix = { kind: 'dense', inputs: 4, outputs: 1, weights, inputRange } as const;
  assert.equal(accumulatorMoments(matrix, weights, input), {
    mean: Float64Array.of(1 + 20 - 3 + 40),
    variance: Float64Array.of(4 + 4 * 9 + 9 * 4 + 16 * 9),
  });

  const taps = Int16Array.from({ length: 18 }, (_, index) => index - 5);
  const depthwise: Convolution = {
    kind: 'convolution',
    input: { height: 1, width: 1, channels: 2 },
    kernel: { height: 3, width: 3 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    groups: 2,
    outputChannels: 2,
    weights: taps,
    inputRange,
  };
  // On one pixel only the middle of each kernel counts: weights -1 and 8.
  assert.equal(accumulatorMoments(depthwise, taps, input), {
    mean: Float64Array.of(-1, 80),
    variance: Float64Array.of(4, 64 * 9),
  });
});
