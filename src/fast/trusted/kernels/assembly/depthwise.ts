/**
 * Convolutions with one filter per channel, and their transposes, directly: vectors run over channels.
 * For each destination pixel the taps that stay inside are listed first (source address, weight address); then every
 * group of 8 channels walks the list. Weights are int16, [tap][channel], `tapPitch` bytes a tap.
 */

import { Geometry } from './geometry';
import { canonical, canonicalx4, shrink } from './modular';

/** The taps that feed output pixel (r, c). Returns the end of the list. */
function listForward(
  g: Geometry,
  r: i32,
  c: i32,
  x: usize,
  entryShift: usize,
  weights: usize,
  tapPitch: usize,
  list: usize,
): usize {
  const y0 = r * g.strideY - g.top;
  const x0 = c * g.strideX - g.left;
  for (let i = 0; i < g.kernelHeight; i++) {
    const y = y0 + i * g.dilationY;
    if (y < 0 || y >= g.inputHeight) continue;
    for (let j = 0; j < g.kernelWidth; j++) {
      const column = x0 + j * g.dilationX;
      if (column < 0 || column >= g.inputWidth) continue;
      const entry = (<usize>y * <usize>g.inputWidth + <usize>column) * <usize>g.channels;
      store<usize>(list, x + (entry << entryShift));
      store<usize>(list, weights + <usize>(i * g.kernelWidth + j) * tapPitch, sizeof<usize>());
      list += 2 * sizeof<usize>();
    }
  }
  return list;
}

/** The taps through which input pixel (y, x) is used: output r with r * stride + i * dilation - padding = y. */
function listTransposed(g: Geometry, y: i32, x: i32, s: usize, weights: usize, tapPitch: usize, list: usize): usize {
  for (let i = 0; i < g.kernelHeight; i++) {
    const down = y + g.top - i * g.dilationY;
    if (down < 0 || down % g.strideY !== 0 || down / g.strideY >= g.outputHeight) continue;
    for (let j = 0; j < g.kernelWidth; j++) {
      const along = x + g.left - j * g.dilationX;
      if (along < 0 || along % g.strideX !== 0 || along / g.strideX >= g.outputWidth) continue;
      const pixel = <usize>(down / g.strideY) * <usize>g.outputWidth + <usize>(along / g.strideX);
      store<usize>(list, s + ((pixel * <usize>g.channels) << 2));
      store<usize>(list, weights + <usize>(i * g.kernelWidth + j) * tapPitch, sizeof<usize>());
      list += 2 * sizeof<usize>();
    }
  }
  return list;
}

/** out[c] = sum over the list of residue * weight, mod p. The sum is at most 2^61 (bounds.ts). */
function sumModulo(list: usize, end: usize, channels: i32, modulus: i32, out: usize): void {
  let channel = 0;
  for (; channel <= channels - 8; channel += 8) {
    const at = <usize>channel;
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    for (let tap = list; tap < end; tap += 2 * sizeof<usize>()) {
      const source = load<usize>(tap) + (at << 2);
      const weight = load<usize>(tap, sizeof<usize>()) + (at << 1);
      const x0 = v128.load(source);
      const x1 = v128.load(source, 16);
      const w0 = v128.load16x4_s(weight);
      const w1 = v128.load16x4_s(weight, 8);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(x0, w0));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(x0, w0));
      c = i64x2.add(c, i64x2.extmul_low_i32x4_s(x1, w1));
      d = i64x2.add(d, i64x2.extmul_high_i32x4_s(x1, w1));
    }
    v128.store(out + (at << 2), canonicalx4(shrink(a, modulus), shrink(b, modulus), modulus));
    v128.store(out + (at << 2), canonicalx4(shrink(c, modulus), shrink(d, modulus), modulus), 16);
  }
  for (; channel < channels; channel++) {
    const at = <usize>channel;
    let sum: i64 = 0;
    for (let tap = list; tap < end; tap += 2 * sizeof<usize>()) {
      sum +=
        <i64>load<u32>(load<usize>(tap) + (at << 2)) * <i64>load<i16>(load<usize>(tap, sizeof<usize>()) + (at << 1));
    }
    store<u32>(out + (at << 2), <u32>canonical(sum, modulus));
  }
}

/** out[c] = sum over the list of entry * weight, in int32: the map's certificate says that it fits. */
function sumIntegers(list: usize, end: usize, channels: i32, out: usize): void {
  let channel = 0;
  for (; channel <= channels - 8; channel += 8) {
    const at = <usize>channel;
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    for (let tap = list; tap < end; tap += 2 * sizeof<usize>()) {
      const x = v128.load(load<usize>(tap) + (at << 1));
      const w = v128.load(load<usize>(tap, sizeof<usize>()) + (at << 1));
      a = i32x4.add(a, i32x4.extmul_low_i16x8_s(x, w));
      b = i32x4.add(b, i32x4.extmul_high_i16x8_s(x, w));
    }
    v128.store(out + (at << 2), a);
    v128.store(out + (at << 2), b, 16);
  }
  for (; channel < channels; channel++) {
    const at = <usize>channel;
    let sum = 0;
    for (let tap = list; tap < end; tap += 2 * sizeof<usize>()) {
      sum +=
        <i32>load<i16>(load<usize>(tap) + (at << 1)) * <i32>load<i16>(load<usize>(tap, sizeof<usize>()) + (at << 1));
    }
    store<i32>(out + (at << 2), sum);
  }
}

/** out = L(x): mod p for uint32 residues, over the integers for int16 entries when `modulus` is 0. `list` holds 8 bytes a tap. */
export function depthwise(
  geometry: usize,
  x: usize,
  weights: usize,
  tapPitch: usize,
  modulus: i32,
  list: usize,
  out: usize,
): void {
  const g = Geometry.at(geometry);
  const pixelBytes = (<usize>g.channels) << 2;
  const entryShift: usize = modulus === 0 ? 1 : 2;
  for (let r = 0; r < g.outputHeight; r++) {
    for (let c = 0; c < g.outputWidth; c++, out += pixelBytes) {
      const end = listForward(g, r, c, x, entryShift, weights, tapPitch, list);
      if (modulus === 0) sumIntegers(list, end, g.channels, out);
      else sumModulo(list, end, g.channels, modulus, out);
    }
  }
}

/** out = transpose of L applied to residues s, mod p. */
export function depthwiseTransposed(
  geometry: usize,
  s: usize,
  weights: usize,
  tapPitch: usize,
  modulus: i32,
  list: usize,
  out: usize,
): void {
  const g = Geometry.at(geometry);
  const pixelBytes = (<usize>g.channels) << 2;
  for (let y = 0; y < g.inputHeight; y++) {
    for (let x = 0; x < g.inputWidth; x++, out += pixelBytes) {
      const end = listTransposed(g, y, x, s, weights, tapPitch, list);
      sumModulo(list, end, g.channels, modulus, out);
    }
  }
}
