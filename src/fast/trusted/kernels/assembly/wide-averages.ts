/**
 * Averages of windows of any size, in float64: floor((2 * sum + count) / (2 * count)). Both integers are below 2^53, and a
 * correctly rounded quotient a / b cannot reach the next integer while a < 2^53, so the floor is exact. Sums stay in int32
 * for `terms` entries (bounds.ts) and go on in float64.
 */

function highHalf(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 2, 3, 2, 3);
}

/** clamp(floor((2 * sum + count) / (2 * count))) in two lanes, as int32 in the low two. */
function mean(sum: v128, count: f64, minimum: i32, maximum: i32): v128 {
  const top = f64x2.add(f64x2.add(sum, sum), f64x2.splat(count));
  const quotient = f64x2.floor(f64x2.div(top, f64x2.splat(2 * count)));
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.min(f64x2.max(quotient, f64x2.splat(minimum)), f64x2.splat(maximum)));
}

/** Eight channels of one window; rows are `rowBytes` apart and pixels `pixelBytes`. */
export function averageEight(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  terms: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let room = terms;
  for (let i = 0; i < height; i++, from += rowBytes) {
    let at = from;
    for (let j = 0; j < width; j++, at += pixelBytes) {
      if (room === 0) {
        s0 = f64x2.add(s0, f64x2.convert_low_i32x4_s(a));
        s1 = f64x2.add(s1, f64x2.convert_low_i32x4_s(highHalf(a)));
        s2 = f64x2.add(s2, f64x2.convert_low_i32x4_s(b));
        s3 = f64x2.add(s3, f64x2.convert_low_i32x4_s(highHalf(b)));
        a = i32x4.splat(0);
        b = i32x4.splat(0);
        room = terms;
      }
      a = i32x4.add(a, v128.load16x4_s(at));
      b = i32x4.add(b, v128.load16x4_s(at, 8));
      room--;
    }
  }
  s0 = f64x2.add(s0, f64x2.convert_low_i32x4_s(a));
  s1 = f64x2.add(s1, f64x2.convert_low_i32x4_s(highHalf(a)));
  s2 = f64x2.add(s2, f64x2.convert_low_i32x4_s(b));
  s3 = f64x2.add(s3, f64x2.convert_low_i32x4_s(highHalf(b)));
  const count = <f64>height * <f64>width;
  const low = v128.shuffle<i32>(mean(s0, count, minimum, maximum), mean(s1, count, minimum, maximum), 0, 1, 4, 5);
  const high = v128.shuffle<i32>(mean(s2, count, minimum, maximum), mean(s3, count, minimum, maximum), 0, 1, 4, 5);
  v128.store(out, i16x8.narrow_i32x4_s(low, high));
}

export function averageOne(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let sum: i64 = 0;
  for (let i = 0; i < height; i++, from += rowBytes) {
    let at = from;
    for (let j = 0; j < width; j++, at += pixelBytes) sum += <i64>load<i16>(at);
  }
  const count = <f64>height * <f64>width;
  const quotient = Math.floor((2 * <f64>sum + count) / (2 * count));
  store<i16>(out, <i16>Math.min(Math.max(quotient, <f64>minimum), <f64>maximum));
}
