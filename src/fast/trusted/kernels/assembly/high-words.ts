/** Requantization that drops the low words of the 64-bit products before it rounds. */
import { clampedNarrow } from './rounding';

/**
 * For shift >= 33: floor((P + 2^(shift-1)) / 2^shift) = floor((floor(P / 2^32) + 2^(shift-33)) / 2^(shift-32)), because the
 * rounding term is a multiple of 2^32. So only the high words of the products go on: at most 2^30, plus at most 2^29.
 * Theorem high_words_right.
 */
function highWords(y: v128, multipliers: v128, rounding: v128, rest: i32): v128 {
  const a = i64x2.extmul_low_i32x4_s(y, multipliers);
  const b = i64x2.extmul_high_i32x4_s(y, multipliers);
  return i32x4.shr_s(i32x4.add(v128.shuffle<i32>(a, b, 1, 3, 5, 7), rounding), rest);
}

/** The loop, once for every shift. */
// biome-ignore lint/complexity/noStaticOnlyClass: only a method may carry the decorator that puts it into its callers.
class RowPairs {
  /**
   * All whole periods in pairs, so that two rows share a load of bias and multipliers. `rest` is shift - 32; where it is a
   * constant the loop is faster by a quarter. Loops test at the end: only then do the constants stay in registers.
   */
  @inline
  static run(
    y: usize,
    bias: usize,
    multipliers: usize,
    pairs: i32,
    period: i32,
    rest: i32,
    minimum: i32,
    maximum: i32,
    out: usize,
  ): void {
    const rounding = i32x4.splat(1 << (rest - 1));
    const low = i16x8.splat(<i16>minimum);
    const high = i16x8.splat(<i16>maximum);
    const rowBytes = (<usize>period) << 2;
    do {
      let b = bias;
      let m = multipliers;
      let z = y + rowBytes;
      let to = out + (rowBytes >> 1);
      const stop = z;
      do {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const m0 = v128.load(m);
        const m1 = v128.load(m, 16);
        const y0 = highWords(i32x4.add(v128.load(y), b0), m0, rounding, rest);
        const y1 = highWords(i32x4.add(v128.load(y, 16), b1), m1, rounding, rest);
        v128.store(out, clampedNarrow(y0, y1, low, high));
        const z0 = highWords(i32x4.add(v128.load(z), b0), m0, rounding, rest);
        const z1 = highWords(i32x4.add(v128.load(z, 16), b1), m1, rounding, rest);
        v128.store(to, clampedNarrow(z0, z1, low, high));
        y += 32;
        z += 32;
        b += 32;
        m += 32;
        out += 16;
        to += 16;
      } while (y < stop);
      y = z;
      out = to;
    } while (--pairs > 0);
  }
}

/** The shifts that networks have, as constants; any other as a variable. */
export function rowPairsByShift(
  y: usize,
  bias: usize,
  mul: usize,
  pairs: i32,
  period: i32,
  rest: i32,
  low: i32,
  high: i32,
  out: usize,
): void {
  switch (rest) {
    case 2:
      RowPairs.run(y, bias, mul, pairs, period, 2, low, high, out);
      break;
    case 3:
      RowPairs.run(y, bias, mul, pairs, period, 3, low, high, out);
      break;
    case 4:
      RowPairs.run(y, bias, mul, pairs, period, 4, low, high, out);
      break;
    case 5:
      RowPairs.run(y, bias, mul, pairs, period, 5, low, high, out);
      break;
    case 6:
      RowPairs.run(y, bias, mul, pairs, period, 6, low, high, out);
      break;
    case 7:
      RowPairs.run(y, bias, mul, pairs, period, 7, low, high, out);
      break;
    case 8:
      RowPairs.run(y, bias, mul, pairs, period, 8, low, high, out);
      break;
    case 9:
      RowPairs.run(y, bias, mul, pairs, period, 9, low, high, out);
      break;
    case 10:
      RowPairs.run(y, bias, mul, pairs, period, 10, low, high, out);
      break;
    case 11:
      RowPairs.run(y, bias, mul, pairs, period, 11, low, high, out);
      break;
    case 12:
      RowPairs.run(y, bias, mul, pairs, period, 12, low, high, out);
      break;
    case 13:
      RowPairs.run(y, bias, mul, pairs, period, 13, low, high, out);
      break;
    default:
      RowPairs.run(y, bias, mul, pairs, period, rest, low, high, out);
  }
}
