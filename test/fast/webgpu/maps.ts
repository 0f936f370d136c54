/** Maps and inputs of the WebGPU tests, and what a device makes of them. */

import { M31, type Modulus, P24 } from '../../../src/model/modulus.js';
import type { Device } from '../../../src/protocol/device.js';
import type { Convolution, Dense, InputRange, LinearMap } from '../../../src/reference/index.js';
import { inputLength } from '../../../src/reference/index.js';

export type Mode = Modulus | 'integers';
export const modes: readonly Mode[] = ['integers', P24, M31];

export const INT8: InputRange = { minimum: -128, maximum: 127 };

export function dense(inputs: number, outputs: number, weight: (i: number) => number, inputRange = INT8): Dense {
  const weights = Int16Array.from({ length: inputs * outputs }, (_, i) => weight(i));
  return { kind: 'dense', inputs, outputs, weights, inputRange };
}

/** Unremarkable weights from -100 to 100. */
export const mixed = (i: number): number => ((i * 7919) % 201) - 100;

export function convolution(
  parts: Partial<Omit<Convolution, 'kind' | 'weights'>> & { readonly input: Convolution['input'] },
  weight: (i: number) => number = mixed,
): Convolution {
  const whole = {
    kernel: { height: 3, width: 3 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    groups: 1,
    outputChannels: 4,
    inputRange: INT8,
    ...parts,
  };
  const { kernel, groups, outputChannels, input } = whole;
  const length = outputChannels * kernel.height * kernel.width * (input.channels / groups);
  return { kind: 'convolution', ...whole, weights: Int16Array.from({ length }, (_, i) => weight(i)) };
}

/** `count` inputs, with the ends of the range among their entries. */
export function inputsFor(map: LinearMap, mode: Mode, count: number): Int16Array | Uint32Array {
  const length = inputLength(map) * count;
  const { minimum, maximum } = map.inputRange;
  if (mode === 'integers') {
    const ends = [minimum, maximum, 0];
    return Int16Array.from({ length }, (_, i) => ends[i % 7] ?? minimum + ((i * 7919) % (maximum - minimum + 1)));
  }
  const ends = [mode - 1, (mode - 1) / 2, (mode + 1) / 2, 0];
  return Uint32Array.from({ length }, (_, i) => ends[i % 9] ?? (i * 40503 * 257) % mode);
}

/** What the device answers, and the map is released again. */
export async function answer(
  device: Device,
  map: LinearMap,
  mode: Mode,
  x: Int16Array | Uint32Array,
): Promise<Int32Array | Uint32Array> {
  const loaded = await device.load(map, mode);
  try {
    return await loaded.apply(x.slice());
  } finally {
    loaded.release();
  }
}
