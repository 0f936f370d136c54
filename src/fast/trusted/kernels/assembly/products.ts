/** Products of int16 entries, brought to another scale: |a b| <= 2^30 fits int32, and times a multiplier it is at most 2^61. */
import { settle, settleOne } from './rounding';

/** out = settle(a * b * multiplier). @param fits32 from bounds.ts */
export function scaledProducts(
  a: usize,
  b: usize,
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
    const left = v128.load(a + at);
    const right = v128.load(b + at);
    const low = i32x4.extmul_low_i16x8_s(left, right);
    const high = i32x4.extmul_high_i16x8_s(left, right);
    const p = i64x2.extmul_low_i32x4_s(low, m);
    const q = i64x2.extmul_high_i32x4_s(low, m);
    const r = i64x2.extmul_low_i32x4_s(high, m);
    const s = i64x2.extmul_high_i32x4_s(high, m);
    v128.store(out + at, settle(p, q, r, s, shift, fits32, minimum, maximum));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 1;
    const product = <i64>load<i16>(a + at) * <i64>load<i16>(b + at) * <i64>multiplier;
    store<i16>(out + at, settleOne(product, shift, minimum, maximum));
  }
}
