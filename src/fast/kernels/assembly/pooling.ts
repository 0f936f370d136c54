/**
 * Pooling over windows cut at the border; vectors run over channels.
 * An average is floor((2 * sum + count) / (2 * count)) in float64: both integers are below 2^53, and a correctly rounded
 * quotient a / b cannot reach the next integer while a < 2^53, so the floor is exact. Sums stay in int32 for `terms`
 * entries (bounds.ts) and go on in float64.
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
function averageEight(
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

function averageOne(
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

function largestEight(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let best = i16x8.splat(-32768);
  for (let i = 0; i < height; i++, from += rowBytes) {
    let at = from;
    for (let j = 0; j < width; j++, at += pixelBytes) best = i16x8.max_s(best, v128.load(at));
  }
  v128.store(out, i16x8.min_s(i16x8.max_s(best, i16x8.splat(<i16>minimum)), i16x8.splat(<i16>maximum)));
}

function largestOne(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let best = -32768;
  for (let i = 0; i < height; i++, from += rowBytes) {
    let at = from;
    for (let j = 0; j < width; j++, at += pixelBytes) {
      const entry = <i32>load<i16>(at);
      best = select(entry, best, entry > best);
    }
  }
  best = select(minimum, best, best < minimum);
  store<i16>(out, <i16>select(maximum, best, best > maximum));
}

/** out[r, c, k] over the part of the window that is inside; every window must have such a part. */
export function pool(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  outputHeight: i32,
  outputWidth: i32,
  average: i32,
  terms: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const pixelBytes = (<usize>channels) << 1;
  const rowBytes = pixelBytes * <usize>width;
  for (let r = 0; r < outputHeight; r++) {
    const y0 = max(r * strideY - top, 0);
    const rows = min(r * strideY - top + windowHeight, height) - y0;
    for (let c = 0; c < outputWidth; c++, out += pixelBytes) {
      const x0 = max(c * strideX - left, 0);
      const columns = min(c * strideX - left + windowWidth, width) - x0;
      const from = x + <usize>y0 * rowBytes + <usize>x0 * pixelBytes;
      let at: usize = 0;
      for (; at + 16 <= pixelBytes; at += 16) {
        if (average) averageEight(from + at, rows, columns, rowBytes, pixelBytes, terms, minimum, maximum, out + at);
        else largestEight(from + at, rows, columns, rowBytes, pixelBytes, minimum, maximum, out + at);
      }
      for (; at < pixelBytes; at += 2) {
        if (average) averageOne(from + at, rows, columns, rowBytes, pixelBytes, minimum, maximum, out + at);
        else largestOne(from + at, rows, columns, rowBytes, pixelBytes, minimum, maximum, out + at);
      }
    }
  }
}
