/**
 * Sums of scaled int16 entries without 64-bit lanes. A multiplier is high * 2^16 + low with low in [-2^15, 2^15). With
 * H = a * high1 + b * high2 and L = a * low1 + b * low2, each one int16 dot product, and a shift of at least 17,
 *   floor((H * 2^16 + L + 2^(shift-1)) / 2^shift) = floor((H + floor(L / 2^16) + 2^(shift-17)) / 2^(shift-16)).
 * bounds.ts (addForm, rescaleForm) says when every term and sum fits int32; theorem two_limb_scale_right.
 */
import { clampedNarrow } from './rounding';

/** The limbs of two multipliers, side by side in every 32-bit lane, as a dot product takes them. */
export function lowLimbs(first: i32, second: i32): v128 {
  return i32x4.splat((first & 0xffff) | (second << 16));
}

export function highLimbs(first: i32, second: i32): v128 {
  return i32x4.splat((((first + 0x8000) >> 16) & 0xffff) | ((second + 0x8000) & ~0xffff));
}

/** H + floor(L / 2^16) for the four pairs of a vector of pairs. */
function scaled(pairs: v128, high: v128, low: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(pairs, high), i32x4.shr_s(i32x4.dot_i16x8_s(pairs, low), 16));
}

/** The first four pairs (a, b), and the last four. */
function pairsLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function pairsHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The loop of `add`, once for every shift. */
// biome-ignore lint/complexity/noStaticOnlyClass: only a method may carry the decorator that puts it into its callers.
class Sums {
  /** Sixteen sums a step. `rest` is shift - 16; the loop is faster by a fifth where it is a constant. */
  @inline
  static run(
    a: usize,
    b: usize,
    steps: i32,
    high: v128,
    low: v128,
    rest: i32,
    minimum: i32,
    maximum: i32,
    out: usize,
  ): void {
    const rounding = i32x4.splat(1 << (rest - 1));
    const least = i16x8.splat(<i16>minimum);
    const most = i16x8.splat(<i16>maximum);
    do {
      const a0 = v128.load(a);
      const b0 = v128.load(b);
      const p0 = i32x4.shr_s(i32x4.add(scaled(pairsLow(a0, b0), high, low), rounding), rest);
      const q0 = i32x4.shr_s(i32x4.add(scaled(pairsHigh(a0, b0), high, low), rounding), rest);
      v128.store(out, clampedNarrow(p0, q0, least, most));
      const a1 = v128.load(a, 16);
      const b1 = v128.load(b, 16);
      const p1 = i32x4.shr_s(i32x4.add(scaled(pairsLow(a1, b1), high, low), rounding), rest);
      const q1 = i32x4.shr_s(i32x4.add(scaled(pairsHigh(a1, b1), high, low), rounding), rest);
      v128.store(out, clampedNarrow(p1, q1, least, most), 16);
      a += 32;
      b += 32;
      out += 32;
    } while (--steps > 0);
  }
}

/** The shifts that networks have, as constants; any other as a variable. */
export function addByShift(
  a: usize,
  b: usize,
  steps: i32,
  high: v128,
  low: v128,
  rest: i32,
  least: i32,
  most: i32,
  out: usize,
): void {
  switch (rest) {
    case 13:
      Sums.run(a, b, steps, high, low, 13, least, most, out);
      break;
    case 14:
      Sums.run(a, b, steps, high, low, 14, least, most, out);
      break;
    case 15:
      Sums.run(a, b, steps, high, low, 15, least, most, out);
      break;
    case 16:
      Sums.run(a, b, steps, high, low, 16, least, most, out);
      break;
    case 17:
      Sums.run(a, b, steps, high, low, 17, least, most, out);
      break;
    default:
      Sums.run(a, b, steps, high, low, rest, least, most, out);
  }
}

/** The loop of `rescale`, once for every shift. */
// biome-ignore lint/complexity/noStaticOnlyClass: only a method may carry the decorator that puts it into its callers.
class Products {
  /**
   * The same with one operand: it is paired with a constant whose multiplier makes the product the rounding term, so that
   * nothing need be added: 1 * 2^(rest-1) up to 2^14, and 2^14 * 2^(rest-15) up to 2^28. Theorem rounding_pair_right.
   */
  @inline
  static run(
    x: usize,
    steps: i32,
    unit: v128,
    high: v128,
    low: v128,
    rest: i32,
    minimum: i32,
    maximum: i32,
    out: usize,
  ): void {
    const least = i16x8.splat(<i16>minimum);
    const most = i16x8.splat(<i16>maximum);
    do {
      const x0 = v128.load(x);
      const p0 = i32x4.shr_s(scaled(pairsLow(x0, unit), high, low), rest);
      const q0 = i32x4.shr_s(scaled(pairsHigh(x0, unit), high, low), rest);
      v128.store(out, clampedNarrow(p0, q0, least, most));
      const x1 = v128.load(x, 16);
      const p1 = i32x4.shr_s(scaled(pairsLow(x1, unit), high, low), rest);
      const q1 = i32x4.shr_s(scaled(pairsHigh(x1, unit), high, low), rest);
      v128.store(out, clampedNarrow(p1, q1, least, most), 16);
      x += 32;
      out += 32;
    } while (--steps > 0);
  }
}

export function rescaleByShift(
  x: usize,
  steps: i32,
  unit: v128,
  high: v128,
  low: v128,
  rest: i32,
  least: i32,
  most: i32,
  out: usize,
): void {
  switch (rest) {
    case 13:
      Products.run(x, steps, unit, high, low, 13, least, most, out);
      break;
    case 14:
      Products.run(x, steps, unit, high, low, 14, least, most, out);
      break;
    case 15:
      Products.run(x, steps, unit, high, low, 15, least, most, out);
      break;
    case 16:
      Products.run(x, steps, unit, high, low, 16, least, most, out);
      break;
    case 17:
      Products.run(x, steps, unit, high, low, 17, least, most, out);
      break;
    default:
      Products.run(x, steps, unit, high, low, rest, least, most, out);
  }
}
