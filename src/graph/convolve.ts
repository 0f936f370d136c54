/**
 * Convolution in plain JavaScript, fast enough to calibrate with. Sums are kept in double precision and rounded to float
 * once, so a result differs from the real number only by that rounding and by about 1e-16 of the sum of the terms' sizes.
 */
import { asImage, type FloatConvolution, type FloatTensor, type Reals, realWeights } from './float-network.js';

type Image = ReturnType<typeof asImage>;

/** The output channels that are computed together: each entry of a patch is loaded once for all of them. */
const LANES = 4;

/** One group's entries under the kernel at one output position, zeros outside the image. */
function gather(
  x: Float32Array,
  image: Image,
  op: FloatConvolution,
  position: number,
  outputWidth: number,
  firstChannel: number,
  patch: Float64Array,
): void {
  const channels = image.channels / op.groups;
  const top = Math.floor(position / outputWidth) * op.stride.y - op.padding.top;
  const left = (position % outputWidth) * op.stride.x - op.padding.left;
  let at = 0;
  for (let i = 0; i < op.kernel.height; i++) {
    const y = top + i * op.dilation.y;
    for (let j = 0; j < op.kernel.width; j++) {
      const z = left + j * op.dilation.x;
      if (y < 0 || y >= image.height || z < 0 || z >= image.width) {
        patch.fill(0, at, at + channels);
      } else {
        const from = (y * image.width + z) * image.channels + firstChannel;
        for (let k = 0; k < channels; k++) patch[at + k] = x[from + k]!;
      }
      at += channels;
    }
  }
}

/** out[outAt + lane] = <patch, row `first + lane` of weights> + bias, for as many lanes as there are. */
function dotRows(
  patch: Float64Array,
  weights: Float64Array,
  bias: Reals,
  first: number,
  last: number,
  out: Float32Array,
  outAt: number,
): void {
  const terms = patch.length;
  let channel = first;
  for (; channel + LANES <= last; channel += LANES) {
    const a = channel * terms;
    const b = a + terms;
    const c = b + terms;
    const d = c + terms;
    let sumA = bias[channel]!;
    let sumB = bias[channel + 1]!;
    let sumC = bias[channel + 2]!;
    let sumD = bias[channel + 3]!;
    for (let k = 0; k < terms; k++) {
      const value = patch[k]!;
      sumA += value * weights[a + k]!;
      sumB += value * weights[b + k]!;
      sumC += value * weights[c + k]!;
      sumD += value * weights[d + k]!;
    }
    out[outAt + channel] = sumA;
    out[outAt + channel + 1] = sumB;
    out[outAt + channel + 2] = sumC;
    out[outAt + channel + 3] = sumD;
  }
  for (; channel < last; channel++) {
    let sum = bias[channel]!;
    for (let k = 0; k < terms; k++) sum += patch[k]! * weights[channel * terms + k]!;
    out[outAt + channel] = sum;
  }
}

function grouped(x: Float32Array, image: Image, op: FloatConvolution, output: Image, out: Float32Array): void {
  const perGroup = output.channels / op.groups;
  const weights = Float64Array.from(realWeights(op.weights, output.channels));
  const patch = new Float64Array(weights.length / output.channels);
  for (let position = 0; position < output.height * output.width; position++) {
    for (let group = 0; group < op.groups; group++) {
      gather(x, image, op, position, output.width, (group * image.channels) / op.groups, patch);
      const first = group * perGroup;
      dotRows(patch, weights, op.bias, first, first + perGroup, out, position * output.channels);
    }
  }
}

/** One input channel per output channel: the channel is the inner loop. */
function depthwise(x: Float32Array, image: Image, op: FloatConvolution, output: Image, out: Float32Array): void {
  const { channels } = image;
  const taps = op.kernel.height * op.kernel.width;
  const weights = realWeights(op.weights, channels);
  const byTap = new Float64Array(weights.length);
  for (let index = 0; index < byTap.length; index++) {
    byTap[(index % taps) * channels + Math.floor(index / taps)] = weights[index]!;
  }
  const sums = new Float64Array(channels);
  for (let position = 0; position < output.height * output.width; position++) {
    const top = Math.floor(position / output.width) * op.stride.y - op.padding.top;
    const left = (position % output.width) * op.stride.x - op.padding.left;
    sums.set(op.bias);
    for (let tap = 0; tap < taps; tap++) {
      const y = top + Math.floor(tap / op.kernel.width) * op.dilation.y;
      const z = left + (tap % op.kernel.width) * op.dilation.x;
      if (y < 0 || y >= image.height || z < 0 || z >= image.width) continue;
      const from = (y * image.width + z) * channels;
      const row = tap * channels;
      for (let k = 0; k < channels; k++) sums[k]! += x[from + k]! * byTap[row + k]!;
    }
    out.set(sums, position * channels);
  }
}

/** L(x) + bias, before the activation. @param x the entries of `input` @returns the entries of `output` */
export function convolve(op: FloatConvolution, x: Float32Array, input: FloatTensor, output: FloatTensor): Float32Array {
  const from = asImage(input.shape);
  const to = asImage(output.shape);
  const out = new Float32Array(to.height * to.width * to.channels);
  const oneToOne = op.groups === from.channels && to.channels === from.channels;
  (oneToOne ? depthwise : grouped)(x, from, op, to, out);
  return out;
}

/** A matrix is a convolution whose kernel is the whole input. */
export function multiplyMatrix(weights: Float32Array, bias: Reals, x: Float32Array): Float32Array {
  const out = new Float32Array(bias.length);
  dotRows(Float64Array.from(x), Float64Array.from(weights), bias, 0, bias.length, out, 0);
  return out;
}
