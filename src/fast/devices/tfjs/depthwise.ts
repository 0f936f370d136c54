/** Convolutions whose groups have one input channel: no matrix product can help, so the host does them, in float64. */

import { inputLength, outputLength } from '../../../model/linear-map.js';
import type { Modulus } from '../../../model/modulus.js';
import type { DeviceInput, DeviceOutput } from '../../../protocol/device.js';
import type { Mode } from '../wasm/messages.js';
import { sumsFit } from './bounds.js';
import type { Evaluation, Resume } from './evaluation.js';
import { reduce, writeIntegers, writeResidues } from './recombine.js';
import type { Shape } from './shape.js';
import { Breath } from './turns.js';

/** Residues, balanced. */
function balanced(x: Uint32Array, from: number, length: number, p: Modulus): Float64Array {
  const values = new Float64Array(length);
  const half = (p - 1) / 2;
  for (let i = 0; i < length; i++) {
    const value = x[from + i]!;
    values[i] = value > half ? value - p : value;
  }
  return values;
}

/** totals[to + o] += values[from + floor(o / times)] * filters[filter + o] for `channels` * `times` outputs o. */
function addTap(
  totals: Float64Array,
  to: number,
  values: Float64Array,
  from: number,
  filters: Float64Array,
  filter: number,
  channels: number,
  times: number,
): void {
  if (times === 1) {
    for (let c = 0; c < channels; c++) totals[to + c]! += values[from + c]! * filters[filter + c]!;
    return;
  }
  for (let c = 0; c < channels; c++) {
    const value = values[from + c]!;
    for (let o = c * times; o < (c + 1) * times; o++) totals[to + o]! += value * filters[filter + o]!;
  }
}

/** The largest sum of |w| over the taps of one output channel. */
function largestWeightSum(weights: Int16Array, taps: number): number {
  let largest = 0;
  for (let at = 0; at < weights.length; at += taps) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += Math.abs(weights[at + tap]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

export class DepthwiseEvaluation implements Evaluation {
  readonly #shape: Shape;
  readonly #mode: Mode;
  /** [tap][output channel]. */
  readonly #filters: Float64Array;
  readonly #reduceEachTap: boolean;

  constructor(shape: Shape, mode: Mode) {
    this.#shape = shape;
    this.#mode = mode;
    const { map, terms: taps } = shape;
    this.#filters = new Float64Array(map.weights.length);
    for (let tap = 0; tap < taps; tap++) {
      for (let o = 0; o < map.outputChannels; o++) {
        this.#filters[tap * map.outputChannels + o] = map.weights[o * taps + tap]!;
      }
    }
    // Over the integers every sum is below 2^31, or the map would have been refused.
    this.#reduceEachTap = mode !== 'integers' && !sumsFit(largestWeightSum(map.weights, taps), (mode - 1) / 2);
  }

  async apply(x: DeviceInput, count: number, resume: Resume): Promise<DeviceOutput> {
    const { map, output } = this.#shape;
    const [inputs, outputs] = [inputLength(map), outputLength(map)];
    const y = this.#mode === 'integers' ? new Int32Array(outputs * count) : new Uint32Array(outputs * count);
    const breath = new Breath();
    for (let image = 0; image < count; image++) {
      resume();
      const values = this.#lift(x, image * inputs, inputs);
      for (let row = 0; row < output.height; row++) {
        const totals = this.#row(values, row);
        const at = image * outputs + row * totals.length;
        if (this.#mode === 'integers') writeIntegers(totals, y as Int32Array, at);
        else writeResidues(totals, this.#mode, y as Uint32Array, at);
        await breath.take();
        resume();
      }
    }
    return y;
  }

  #lift(x: DeviceInput, from: number, length: number): Float64Array {
    if (this.#mode !== 'integers') return balanced(x as Uint32Array, from, length, this.#mode);
    return new Float64Array((x as Int16Array).subarray(from, from + length));
  }

  /** One row of output pixels. */
  #row(values: Float64Array, row: number): Float64Array {
    const { map, output, groupOutputs } = this.#shape;
    const { input, kernel, stride, dilation, padding, outputChannels } = map;
    const totals = new Float64Array(output.width * outputChannels);
    for (let i = 0; i < kernel.height; i++) {
      const y = row * stride.y + i * dilation.y - padding.top;
      if (y < 0 || y >= input.height) continue;
      for (let j = 0; j < kernel.width; j++) {
        const filter = (i * kernel.width + j) * outputChannels;
        for (let column = 0; column < output.width; column++) {
          const x = column * stride.x + j * dilation.x - padding.left;
          if (x < 0 || x >= input.width) continue;
          const from = (y * input.width + x) * input.channels;
          addTap(totals, column * outputChannels, values, from, this.#filters, filter, input.channels, groupOutputs);
        }
        if (this.#reduceEachTap && this.#mode !== 'integers') reduce(totals, this.#mode);
      }
    }
    return totals;
  }

  dispose(): void {}
}
