/**
 * From a layer's int32 answers to the next layer's int16 entries:
 * out[i] = clamp(floor(((y[i] + bias[c]) * multipliers[c] + 2^(shift - 1)) / 2^shift)), c = i mod period.
 * The period is a multiple of 8, or at least count. |y + bias| fits int32, so products are at most 2^62.
 */
import { rowPairsByShift } from './high-words';
import { settle, settleOne } from './rounding';

/** From bounds.ts: which of the ways below is exact. WIDE always is. */
const WIDE = 0;
const SHORT = 2;

export function requantize(
  y: usize,
  bias: usize,
  multipliers: usize,
  count: i32,
  period: i32,
  shift: i32,
  form: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let i = 0;
  const pairs = count / period / 2;
  if (form === SHORT && pairs > 0 && (period & 7) === 0) {
    rowPairsByShift(y, bias, multipliers, pairs, period, shift - 32, minimum, maximum, out);
    i = 2 * pairs * period;
  }
  const fits32 = i32(form !== WIDE);
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
