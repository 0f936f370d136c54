/**
 * <folded, x> mod q for one or two challenges at once, with int16 dot products. A folded residue is balanced and cut into
 * low + 2^16 * high, low in [-2^15, 2^15) and |high| <= 2^14 (theorem two_limbs); a block of 8 entries is 16 bytes of low limbs
 * and 16 of high ones, as large as the residues were. No branch depends on a value.
 */
import { canonicalM31, M31 } from './modular';

/** The lanes of a vector of int32 (from the `first` one on) and of int16 that are among the first `count`. */
function below4(count: i32, first: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count - first), i32x4(0, 1, 2, 3));
}

function below8(count: i32): v128 {
  return i16x8.gt_s(i16x8.splat(<i16>count), i16x8(0, 1, 2, 3, 4, 5, 6, 7));
}

function balancedM31(r: v128): v128 {
  const q = i32x4.splat(i32(M31));
  return i32x4.sub(r, v128.and(i32x4.gt_s(r, i32x4.splat(i32(M31 >> 1))), q));
}

function packBlock(a: v128, b: v128, out: usize): void {
  a = balancedM31(a);
  b = balancedM31(b);
  const lowA = i32x4.shr_s(i32x4.shl(a, 16), 16);
  const lowB = i32x4.shr_s(i32x4.shl(b, 16), 16);
  const highA = i32x4.shr_s(i32x4.sub(a, lowA), 16);
  const highB = i32x4.shr_s(i32x4.sub(b, lowB), 16);
  v128.store(out, i16x8.narrow_i32x4_s(lowA, lowB));
  v128.store(out, i16x8.narrow_i32x4_s(highA, highB), 16);
}

/**
 * Packs canonical residues modulo q. The last block is filled up with zeros, so `out` takes ceil(count / 8) * 32 bytes; it may
 * be `folded` itself. Up to 28 bytes behind the residues are read, and multiplied by nothing.
 */
export function packFolded(folded: usize, count: i32, out: usize): void {
  let left = count;
  for (; left >= 8; left -= 8, folded += 32, out += 32) packBlock(v128.load(folded), v128.load(folded, 16), out);
  if (left > 0) {
    const a = v128.and(v128.load(folded), below4(left, 0));
    const b = v128.and(v128.load(folded, 16), below4(left, 4));
    packBlock(a, b, out);
  }
}

/**
 * Both halves of four int32 sums, added up in two int64 lanes. A sum is read as the one above -2^31: a single product of two
 * pairs (-2^15, -2^15) * (-2^15, -2^15) is 2^31 and arrives as -2^31, which no other sum is. Theorem spilled_lane_right.
 */
function widened(sums: v128): v128 {
  const lowered = i32x4.sub(sums, i32x4.splat(1));
  const both = i64x2.add(i64x2.extend_low_i32x4_s(lowered), i64x2.extend_high_i32x4_s(lowered));
  return i64x2.add(both, i64x2.splat(2));
}

/**
 * sums[t] = (sums[t] + low + 2^16 * high) mod q. An int64 lane takes at most 2^32 a spill and there are fewer than 2^26 spills;
 * two canonical residues, one times 2^16, and sums[t] < q are below 2^48.
 */
function addTo(sums: usize, low: v128, high: v128): void {
  const l = canonicalM31(i64x2.extract_lane(low, 0) + i64x2.extract_lane(low, 1));
  const h = canonicalM31(i64x2.extract_lane(high, 0) + i64x2.extract_lane(high, 1));
  store<u32>(sums, <u32>canonicalM31(<i64>load<u32>(sums) + l + (h << 16)));
}

function foldOne(packed: usize, x: usize, count: i32, steps: i32, sums: usize): void {
  let low = i64x2.splat(0);
  let high = i64x2.splat(0);
  let left = count >> 3;
  while (left > 0) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    const block = min(left, steps);
    left -= block;
    const end = x + ((<usize>block) << 4);
    do {
      const v = v128.load(x);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v, v128.load(packed)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v, v128.load(packed, 16)));
      x += 16;
      packed += 32;
    } while (x < end);
    low = i64x2.add(low, widened(a));
    high = i64x2.add(high, widened(b));
  }
  // Entries behind the last one count as zero.
  const v = v128.and(v128.load(x), below8(count & 7));
  low = i64x2.add(low, widened(i32x4.dot_i16x8_s(v, v128.load(packed))));
  high = i64x2.add(high, widened(i32x4.dot_i16x8_s(v, v128.load(packed, 16))));
  addTo(sums, low, high);
}

function foldTwo(packed: usize, second: usize, x: usize, count: i32, steps: i32, sums: usize): void {
  let low = i64x2.splat(0);
  let high = i64x2.splat(0);
  let low2 = i64x2.splat(0);
  let high2 = i64x2.splat(0);
  let left = count >> 3;
  while (left > 0) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    let c = i32x4.splat(0);
    let d = i32x4.splat(0);
    const block = min(left, steps);
    left -= block;
    const end = x + ((<usize>block) << 4);
    do {
      const v = v128.load(x);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v, v128.load(packed)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v, v128.load(packed, 16)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v, v128.load(second)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v, v128.load(second, 16)));
      x += 16;
      packed += 32;
      second += 32;
    } while (x < end);
    low = i64x2.add(low, widened(a));
    high = i64x2.add(high, widened(b));
    low2 = i64x2.add(low2, widened(c));
    high2 = i64x2.add(high2, widened(d));
  }
  const v = v128.and(v128.load(x), below8(count & 7));
  low = i64x2.add(low, widened(i32x4.dot_i16x8_s(v, v128.load(packed))));
  high = i64x2.add(high, widened(i32x4.dot_i16x8_s(v, v128.load(packed, 16))));
  low2 = i64x2.add(low2, widened(i32x4.dot_i16x8_s(v, v128.load(second))));
  high2 = i64x2.add(high2, widened(i32x4.dot_i16x8_s(v, v128.load(second, 16))));
  addTo(sums, low, high);
  addTo(sums + 4, low2, high2);
}

/**
 * sums[t] = (sums[t] + <folded_t, x>) mod q for t < k, which is 1 or 2; folded_t lies packed at packed + t * pitch. `steps` is
 * how many vectors of 8 entries an int32 lane takes (inputSteps in bounds.ts). Up to 32 bytes behind the packed entries and 16
 * behind x are read; entries of x from `count` on count as zero.
 */
export function foldInputs(packed: usize, pitch: usize, k: i32, x: usize, count: i32, steps: i32, sums: usize): void {
  if (k === 2) foldTwo(packed, packed + pitch, x, count, steps, sums);
  else foldOne(packed, x, count, steps, sums);
}
