/** Layers as they occur in MobileNet and VGG, and the four things the engine does with each. */

import { type Convolution, inputLength, type LinearMap, outputLength } from '../src/model/linear-map.js';
import { CHECK_MODULUS, M31, P24 } from '../src/model/modulus.js';
import type { TrustedArithmetic } from '../src/protocol/arithmetic.js';
import type { Case } from './measure.js';
import { consume, filled } from './values.js';

function convolution(
  side: number,
  inputs: number,
  outputs: number,
  kernel: number,
  stride = 1,
  groups = 1,
): Convolution {
  const border = kernel >> 1;
  return {
    kind: 'convolution',
    input: { height: side, width: side, channels: inputs },
    kernel: { height: kernel, width: kernel },
    stride: { y: stride, x: stride },
    dilation: { y: 1, x: 1 },
    padding: { top: border, bottom: border, left: border, right: border },
    groups,
    outputChannels: outputs,
    weights: filled(new Int16Array((outputs * kernel * kernel * inputs) / groups), -127, 127),
    inputRange: { minimum: -128, maximum: 127 },
  };
}

export const layers: Record<string, LinearMap> = {
  '1x1 112x112 32->64': convolution(112, 32, 64, 1),
  '1x1 28x28 256->256': convolution(28, 256, 256, 1),
  '1x1 14x14 512->512': convolution(14, 512, 512, 1),
  '3x3 224x224 3->32 stride 2': convolution(224, 3, 32, 3, 2),
  '3x3 112x112 64->64': convolution(112, 64, 64, 3),
  '3x3 28x28 256->256': convolution(28, 256, 256, 3),
  'depthwise 3x3 56x56 128': convolution(56, 128, 128, 3, 1, 128),
  'depthwise 3x3 112x112 64 stride 2': convolution(112, 64, 64, 3, 2, 64),
  'dense 4096->1000': {
    kind: 'dense',
    inputs: 4096,
    outputs: 1000,
    weights: filled(new Int16Array(4096 * 1000), -127, 127),
    inputRange: { minimum: -128, maximum: 127 },
  },
};

/** L(x) modulo either p, L(x) over the integers, and the folding of one challenge. */
export const JOBS = ['P24', 'M31', 'integers', 'transpose'] as const;

/** The four cases of a layer, named `layer job`. */
export function engineCases(arithmetic: TrustedArithmetic, layer: string, map: LinearMap): Case[] {
  const loaded = arithmetic.load(map);
  const x = filled(arithmetic.allocate('u32', inputLength(map)), 0, P24 - 1);
  const integers = filled(arithmetic.allocate('i16', inputLength(map)), -128, 127);
  const s = filled(arithmetic.allocate('u32', outputLength(map)), 0, CHECK_MODULUS - 1);
  const y = arithmetic.allocate('u32', outputLength(map));
  const z = arithmetic.allocate('i32', outputLength(map));
  const folded = arithmetic.allocate('u32', inputLength(map));
  const work: Record<(typeof JOBS)[number], () => void> = {
    P24: () => loaded.applyModulo(x, P24, y),
    M31: () => loaded.applyModulo(x, M31, y),
    integers: () => loaded.applyIntegers(integers, z),
    transpose: () => loaded.transpose(s, folded),
  };
  return JOBS.map((job) => ({
    name: `${layer} ${job}`,
    prepare: () => () => {
      work[job]();
      consume(y[0]! + z[0]! + folded[0]!);
    },
  }));
}
