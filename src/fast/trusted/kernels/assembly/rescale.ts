/**
 * Changes of scale of int16 entries: out = clamp(floor((a * first + b * second + 2^(shift - 1)) / 2^shift)). Products are at
 * most 2^46, a sum of two at most 2^47. Nearly all multipliers of networks take the way of two-limbs.ts.
 */
import { settle, settleOne } from './rounding';
import { addByShift, highLimbs, lowLimbs, rescaleByShift } from './two-limbs';

/** From bounds.ts: which way is exact. WIDE always is. */
const WIDE = 0;
const SHORT = 2;

/** out = settle(a * first + b * second). */
export function add(
  a: usize,
  b: usize,
  count: i32,
  first: i32,
  second: i32,
  shift: i32,
  form: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let i = 0;
  if (form === SHORT && count >= 16) {
    i = count & ~15;
    addByShift(a, b, count >> 4, highLimbs(first, second), lowLimbs(first, second), shift - 16, minimum, maximum, out);
  }
  const fits32 = i32(form !== WIDE);
  const m = i32x4.splat(first);
  const n = i32x4.splat(second);
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
  form: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let i = 0;
  if (form === SHORT && count >= 16) {
    i = count & ~15;
    const rest = shift - 16;
    const unit = rest > 15 ? 1 << 14 : 1;
    const rounding = (1 << (rest - 1)) / unit;
    const high = highLimbs(multiplier, rounding << 16);
    const low = lowLimbs(multiplier, 0);
    rescaleByShift(x, count >> 4, i16x8.splat(<i16>unit), high, low, rest, minimum, maximum, out);
  }
  const fits32 = i32(form !== WIDE);
  const m = i32x4.splat(multiplier);
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
