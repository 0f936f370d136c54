/**
 * Fixed-point changes of scale: clamp(floor((value * multiplier + 2^(shift - 1)) / 2^shift), minimum, maximum).
 *
 * |value * multiplier| <= 2^62 and the rounding term is at most 2^61. WebAssembly has a cheap logical shift and a dear
 * arithmetic one, so 2^62, a multiple of 2^shift, is added before the shift and 2^62 / 2^shift taken off after it:
 * the sum lies in [0, 2^63 + 2^61) and fits an unsigned 64-bit lane.
 */

const LIFT: i64 = 1 << 62;

function rounding(shift: i32): i64 {
  return LIFT + ((<i64>1) << (shift - 1));
}

function clampx2(v: v128, minimum: v128, maximum: v128): v128 {
  const low = v128.bitselect(minimum, v, i64x2.lt_s(v, minimum));
  return v128.bitselect(maximum, low, i64x2.gt_s(low, maximum));
}

/** Two products to two rounded shifts. */
function shifted(product: v128, shift: i32): v128 {
  const lifted = i64x2.shr_u(i64x2.add(product, i64x2.splat(rounding(shift))), shift);
  return i64x2.sub(lifted, i64x2.splat(LIFT >> shift));
}

/** The low words of four lanes. */
function lowWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

/**
 * Eight products to eight clamped results. When all shifts fit int32 (`fits32`, from bounds.ts) the saturating narrowing
 * clamps to int16 and the rest is done there; otherwise the clamp comes first, in 64 bits.
 */
function settle(a: v128, b: v128, c: v128, d: v128, shift: i32, fits32: i32, minimum: i32, maximum: i32): v128 {
  a = shifted(a, shift);
  b = shifted(b, shift);
  c = shifted(c, shift);
  d = shifted(d, shift);
  if (fits32) {
    const all = i16x8.narrow_i32x4_s(lowWords(a, b), lowWords(c, d));
    return i16x8.min_s(i16x8.max_s(all, i16x8.splat(<i16>minimum)), i16x8.splat(<i16>maximum));
  }
  const low = i64x2.splat(minimum);
  const high = i64x2.splat(maximum);
  return i16x8.narrow_i32x4_s(
    lowWords(clampx2(a, low, high), clampx2(b, low, high)),
    lowWords(clampx2(c, low, high), clampx2(d, low, high)),
  );
}

function settleOne(product: i64, shift: i32, minimum: i32, maximum: i32): i16 {
  const shifted = (product + ((<i64>1) << (shift - 1))) >> shift;
  const low = select<i64>(<i64>minimum, shifted, shifted < <i64>minimum);
  return <i16>select<i64>(<i64>maximum, low, low > <i64>maximum);
}

/**
 * out[i] = settle((y[i] + bias[i mod period]) * multipliers[i mod period]). The period is a multiple of 8, or at least count.
 */
export function requantize(
  y: usize,
  bias: usize,
  multipliers: usize,
  count: i32,
  period: i32,
  shift: i32,
  fits32: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let i = 0;
  let channel: usize = 0;
  const wrap = (<usize>period) << 2;
  for (; i <= count - 8; i += 8) {
    if (channel >= wrap) channel = 0;
    const at = y + ((<usize>i) << 2);
    const y0 = i32x4.add(v128.load(at), v128.load(bias + channel));
    const y1 = i32x4.add(v128.load(at, 16), v128.load(bias + channel, 16));
    const m0 = v128.load(multipliers + channel);
    const m1 = v128.load(multipliers + channel, 16);
    channel += 32;
    const a = i64x2.extmul_low_i32x4_s(y0, m0);
    const b = i64x2.extmul_high_i32x4_s(y0, m0);
    const c = i64x2.extmul_low_i32x4_s(y1, m1);
    const d = i64x2.extmul_high_i32x4_s(y1, m1);
    v128.store(out + ((<usize>i) << 1), settle(a, b, c, d, shift, fits32, minimum, maximum));
  }
  if (channel >= wrap) channel = 0;
  for (; i < count; i++, channel += 4) {
    const value = load<i32>(y + ((<usize>i) << 2)) + load<i32>(bias + channel);
    store<i16>(
      out + ((<usize>i) << 1),
      settleOne(<i64>value * <i64>load<i32>(multipliers + channel), shift, minimum, maximum),
    );
  }
}

/** out[i] = y[i] + bias[i mod period], with the same rule for the period. */
export function addBias(y: usize, bias: usize, count: i32, period: i32, out: usize): void {
  let i = 0;
  let channel: usize = 0;
  const wrap = (<usize>period) << 2;
  for (; i <= count - 8; i += 8) {
    if (channel >= wrap) channel = 0;
    const at = (<usize>i) << 2;
    v128.store(out + at, i32x4.add(v128.load(y + at), v128.load(bias + channel)));
    v128.store(out + at, i32x4.add(v128.load(y + at, 16), v128.load(bias + channel, 16)), 16);
    channel += 32;
  }
  if (channel >= wrap) channel = 0;
  for (; i < count; i++, channel += 4)
    store<i32>(out + ((<usize>i) << 2), load<i32>(y + ((<usize>i) << 2)) + load<i32>(bias + channel));
}

/** out = settle(a * first + b * second). Both products are at most 2^46, so their sum is far from 2^62. */
export function add(
  a: usize,
  b: usize,
  count: i32,
  first: i32,
  second: i32,
  shift: i32,
  fits32: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const m = i32x4.splat(first);
  const n = i32x4.splat(second);
  let i = 0;
  for (; i <= count - 8; i += 8) {
    const at = (<usize>i) << 1;
    const a0 = v128.load16x4_s(a + at);
    const a1 = v128.load16x4_s(a + at, 8);
    const b0 = v128.load16x4_s(b + at);
    const b1 = v128.load16x4_s(b + at, 8);
    const p = i64x2.add(i64x2.extmul_low_i32x4_s(a0, m), i64x2.extmul_low_i32x4_s(b0, n));
    const q = i64x2.add(i64x2.extmul_high_i32x4_s(a0, m), i64x2.extmul_high_i32x4_s(b0, n));
    const r = i64x2.add(i64x2.extmul_low_i32x4_s(a1, m), i64x2.extmul_low_i32x4_s(b1, n));
    const s = i64x2.add(i64x2.extmul_high_i32x4_s(a1, m), i64x2.extmul_high_i32x4_s(b1, n));
    v128.store(out + at, settle(p, q, r, s, shift, fits32, minimum, maximum));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 1;
    const product = <i64>load<i16>(a + at) * <i64>first + <i64>load<i16>(b + at) * <i64>second;
    store<i16>(out + at, settleOne(product, shift, minimum, maximum));
  }
}

/** out = settle(x * multiplier). */
export function rescale(
  x: usize,
  count: i32,
  multiplier: i32,
  shift: i32,
  fits32: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const m = i32x4.splat(multiplier);
  let i = 0;
  for (; i <= count - 8; i += 8) {
    const at = (<usize>i) << 1;
    const x0 = v128.load16x4_s(x + at);
    const x1 = v128.load16x4_s(x + at, 8);
    const a = i64x2.extmul_low_i32x4_s(x0, m);
    const b = i64x2.extmul_high_i32x4_s(x0, m);
    const c = i64x2.extmul_low_i32x4_s(x1, m);
    const d = i64x2.extmul_high_i32x4_s(x1, m);
    v128.store(out + at, settle(a, b, c, d, shift, fits32, minimum, maximum));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 1;
    store<i16>(out + at, settleOne(<i64>load<i16>(x + at) * <i64>multiplier, shift, minimum, maximum));
  }
}
