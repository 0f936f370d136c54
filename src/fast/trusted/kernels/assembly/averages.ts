/**
 * Averages of windows of 2 to 255 entries, in integers: floor((sum + floor(n / 2)) / n), which is sum / n rounded, halves
 * upwards. Sums begin at n * 2^15 + floor(n / 2), so that v lies in [0, n * 2^16) and
 * floor(v / n) is the mean plus 2^15. With F = floor(2^32 / n) + 1, v * (F * n - 2^32) <= v * n < n^2 * 2^16 < 2^32, so
 * floor(v * F / 2^32), the high word of a product below 2^49, is floor(v / n). Theorem average_right.
 */
import { clampedNarrow } from './rounding';

/** The largest window that is averaged in integers. */
export const SMALL_WINDOW = 255;

/** What sums of n entries begin at. */
function firstSum(n: i32): i32 {
  return (n << 15) + (n >> 1);
}

/** F: fits 32 bits without sign for n >= 2. */
export function reciprocal(n: i32): u32 {
  return <u32>(0x100000000 / <u64>n + 1);
}

/** Four means from four sums. */
function means(sums: v128, factor: v128): v128 {
  const a = i64x2.extmul_low_i32x4_u(sums, factor);
  const b = i64x2.extmul_high_i32x4_u(sums, factor);
  return i32x4.sub(v128.shuffle<i32>(a, b, 1, 3, 5, 7), i32x4.splat(1 << 15));
}

/** Eight channels from their two vectors of sums. */
function eightMeans(a: v128, b: v128, factor: v128, minimum: v128, maximum: v128): v128 {
  return clampedNarrow(means(a, factor), means(b, factor), minimum, maximum);
}

/**
 * `blocks` times eight channels of one window of n = height * width entries, `factor` its reciprocal. Rows are `rowBytes` apart
 * and pixels `pixelBytes`.
 */
export function averageBlocks(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  blocks: i32,
  factor: u32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const first = i32x4.splat(firstSum(height * width));
  const factors = i32x4.splat(factor);
  const low = i16x8.splat(<i16>minimum);
  const high = i16x8.splat(<i16>maximum);
  do {
    let a = first;
    let b = first;
    let line = from;
    let i = height;
    do {
      let at = line;
      let j = width;
      do {
        a = i32x4.add(a, v128.load16x4_s(at));
        b = i32x4.add(b, v128.load16x4_s(at, 8));
        at += pixelBytes;
      } while (--j > 0);
      line += rowBytes;
    } while (--i > 0);
    v128.store(out, eightMeans(a, b, factors, low, high));
    from += 16;
    out += 16;
  } while (--blocks > 0);
}

/** The same for the usual window of two by two: floor((sum + 2) / 4) is a shift. Theorem average_of_four. */
export function averageSquares(
  from: usize,
  rowBytes: usize,
  pixelBytes: usize,
  blocks: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const low = i16x8.splat(<i16>minimum);
  const high = i16x8.splat(<i16>maximum);
  const two = i32x4.splat(2);
  const below = rowBytes - pixelBytes;
  do {
    const right = from + pixelBytes;
    const under = right + below;
    const corner = under + pixelBytes;
    let a = i32x4.add(v128.load16x4_s(from), v128.load16x4_s(right));
    a = i32x4.add(a, i32x4.add(v128.load16x4_s(under), v128.load16x4_s(corner)));
    let b = i32x4.add(v128.load16x4_s(from, 8), v128.load16x4_s(right, 8));
    b = i32x4.add(b, i32x4.add(v128.load16x4_s(under, 8), v128.load16x4_s(corner, 8)));
    a = i32x4.shr_s(i32x4.add(a, two), 2);
    b = i32x4.shr_s(i32x4.add(b, two), 2);
    v128.store(out, clampedNarrow(a, b, low, high));
    from += 16;
    out += 16;
  } while (--blocks > 0);
}
