/**
 * The matrix product behind every linear map. A row is one limb of one pixel's (or one input's) terms; limbs of a pixel are
 * `limbPitch` bytes apart, pixels `pixelPitch`. Four rows meet eight packed columns in registers.
 *
 * An int32 lane takes `pairsPerSpill` pairs of terms; the caller proves that they fit. Longer sums go on in int64.
 */
import { canonicalx4, shrink } from './modular';

/** The 4 x 8 block of int32 partial sums, and the same in int64. */
const BLOCK_BYTES: usize = 4 * 8 * 4;

/** How many bytes of working space `multiply` needs. */
export function multiplyScratchBytes(): usize {
  return 3 * BLOCK_BYTES + 32;
}

/** block[r][c] = sum over depth of row r * column c. `pairs` is a multiple of 4. Block rows are `pitch` bytes apart. */
function multiplyBlock(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  columns: usize,
  pairs: i32,
  block: usize,
  pitch: usize,
): void {
  let a0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let d0 = i32x4.splat(0);
  let d1 = i32x4.splat(0);
  for (
    let end = columns + ((<usize>pairs) << 5);
    columns < end;
    columns += 128, r0 += 16, r1 += 16, r2 += 16, r3 += 16
  ) {
    let w0 = v128.load(columns);
    let w1 = v128.load(columns, 16);
    let x = v128.load32_splat(r0);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r1);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r2);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, w0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r3);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, w0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, w1));

    w0 = v128.load(columns, 32);
    w1 = v128.load(columns, 48);
    x = v128.load32_splat(r0, 4);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r1, 4);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r2, 4);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, w0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r3, 4);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, w0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, w1));

    w0 = v128.load(columns, 64);
    w1 = v128.load(columns, 80);
    x = v128.load32_splat(r0, 8);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r1, 8);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r2, 8);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, w0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r3, 8);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, w0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, w1));

    w0 = v128.load(columns, 96);
    w1 = v128.load(columns, 112);
    x = v128.load32_splat(r0, 12);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r1, 12);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r2, 12);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, w0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(r3, 12);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, w0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, w1));
  }
  v128.store(block, a0);
  v128.store(block, a1, 16);
  block += pitch;
  v128.store(block, b0);
  v128.store(block, b1, 16);
  block += pitch;
  v128.store(block, c0);
  v128.store(block, c1, 16);
  block += pitch;
  v128.store(block, d0);
  v128.store(block, d1, 16);
}

/** sums += block, widened; sums = block for the first. */
function spill(block: usize, sums: usize, first: bool): void {
  for (let i: usize = 0; i < BLOCK_BYTES; i += 16) {
    let low = v128.load32x2_s(block + i);
    let high = v128.load32x2_s(block + i, 8);
    const at = sums + (i << 1);
    if (!first) {
      low = i64x2.add(low, v128.load(at));
      high = i64x2.add(high, v128.load(at, 16));
    }
    v128.store(at, low);
    v128.store(at, high, 16);
  }
}

/** Stores `count` of the 8 entries `a`, `b`. */
function storeSome(out: usize, a: v128, b: v128, count: i32, scratch: usize): void {
  if (count >= 8) {
    v128.store(out, a);
    v128.store(out, b, 16);
    return;
  }
  v128.store(scratch, a);
  v128.store(scratch, b, 16);
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) store<u32>(out + i, load<u32>(scratch + i));
}

/**
 * Four columns of one pixel: limb sums to residues. Unspilled sums are below 2^31 in magnitude, and shrunk ones lie in
 * [0, 2^31 + 2^32) (M31) or [0, 2^24 + 3 * (2^17 + 1)) (P24). With weights 1, 2^16 or 1, 2^11, 2^22 for the limbs the total
 * stays inside canonicalx4's range, -2^54 to 2^55: theorem recombine_in_range in spec/proofs.
 */
function recombine(sums: usize, wide: bool, limbs: i32, bits: i32, modulus: i32): v128 {
  let low = i64x2.splat(0);
  let high = i64x2.splat(0);
  for (let limb = limbs - 1; limb >= 0; limb--) {
    let a: v128;
    let b: v128;
    if (wide) {
      const at = sums + ((<usize>limb) << 6);
      a = shrink(v128.load(at), modulus);
      b = shrink(v128.load(at, 16), modulus);
    } else {
      const at = sums + ((<usize>limb) << 5);
      a = v128.load32x2_s(at);
      b = v128.load32x2_s(at, 8);
    }
    low = i64x2.add(i64x2.shl(low, bits), a);
    high = i64x2.add(i64x2.shl(high, bits), b);
  }
  return canonicalx4(low, high, modulus);
}

/**
 * out[pixel][column] = sum over depth, for `columns` columns; modulo p, or over the integers when `modulus` is 0 (one limb).
 * `pairs` and `pairsPerSpill` are multiples of 4; out's pixels are `outPitch` bytes apart.
 */
export function multiply(
  rows: usize,
  pixelPitch: usize,
  limbPitch: usize,
  pixels: i32,
  limbs: i32,
  bits: i32,
  packed: usize,
  pairs: i32,
  pairsPerSpill: i32,
  columns: i32,
  modulus: i32,
  out: usize,
  outPitch: usize,
  scratch: usize,
): void {
  const step = limbs === 1 ? 4 : limbs === 2 ? 2 : 1;
  const sums = scratch + BLOCK_BYTES;
  const wide = pairs > pairsPerSpill;
  for (let column = 0; column < columns; column += 8, packed += (<usize>pairs) << 5) {
    const width = min(columns - column, 8);
    for (let pixel = 0; pixel < pixels; pixel += step) {
      const last = pixels - 1 - pixel;
      const r0 = rows + <usize>pixel * pixelPitch;
      let r1 = r0 + limbPitch;
      let r2 = r0 + <usize>min(1, last) * pixelPitch;
      let r3 = r2 + limbPitch;
      if (limbs === 1) {
        r1 = r2;
        r2 = r0 + <usize>min(2, last) * pixelPitch;
        r3 = r0 + <usize>min(3, last) * pixelPitch;
      } else if (limbs === 3) {
        r2 = r1 + limbPitch;
        r3 = r2;
      }
      const here = out + <usize>pixel * outPitch + ((<usize>column) << 2);
      if (modulus === 0 && width === 8 && last >= 3) {
        multiplyBlock(r0, r1, r2, r3, packed, pairs, here, outPitch);
        continue;
      }
      if (!wide) {
        multiplyBlock(r0, r1, r2, r3, packed, pairs, scratch, 32);
      } else {
        for (let from = 0; from < pairs; from += pairsPerSpill) {
          const at = (<usize>from) << 2;
          const some = min(pairsPerSpill, pairs - from);
          multiplyBlock(r0 + at, r1 + at, r2 + at, r3 + at, packed + ((<usize>from) << 5), some, scratch, 32);
          spill(scratch, sums, from === 0);
        }
      }
      const count = min(step, pixels - pixel);
      for (let i = 0; i < count; i++) {
        const to = here + <usize>i * outPitch;
        let a: v128;
        let b: v128;
        if (modulus === 0) {
          a = v128.load(scratch + ((<usize>i) << 5));
          b = v128.load(scratch + ((<usize>i) << 5), 16);
        } else if (wide) {
          const at = sums + ((<usize>(i * limbs)) << 6);
          a = recombine(at, true, limbs, bits, modulus);
          b = recombine(at + 32, true, limbs, bits, modulus);
        } else {
          const at = scratch + ((<usize>(i * limbs)) << 5);
          a = recombine(at, false, limbs, bits, modulus);
          b = recombine(at + 16, false, limbs, bits, modulus);
        }
        storeSome(to, a, b, width, scratch + 3 * BLOCK_BYTES);
      }
    }
  }
}
