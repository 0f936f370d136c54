/** What leaves for the device, in one pass: the range check of the input, and the input itself or the input plus its pad. */
import { blindedLanes, blindedOne } from './blinding';

/**
 * 1 if every x lies in [minimum, maximum] (both int16), 0 otherwise. out = x when `modulus` is 0 (int16; `pad` is not read),
 * else out = (x + pad) mod p. The check keeps the least and the largest entry, so nothing depends on a value.
 */
export function outgoing(x: usize, count: i32, minimum: i32, maximum: i32, modulus: i32, pad: usize, out: usize): i32 {
  let least = i16x8.splat(0x7fff);
  let most = i16x8.splat(-0x8000);
  let left = count >> 3;
  if (left > 0) {
    if (modulus === 0) {
      do {
        const entries = v128.load(x);
        least = i16x8.min_s(least, entries);
        most = i16x8.max_s(most, entries);
        v128.store(out, entries);
        x += 16;
        out += 16;
      } while (--left > 0);
    } else {
      const p = i32x4.splat(modulus);
      do {
        const entries = v128.load(x);
        least = i16x8.min_s(least, entries);
        most = i16x8.max_s(most, entries);
        v128.store(out, blindedLanes(i32x4.extend_low_i16x8_s(entries), v128.load(pad), p));
        v128.store(out, blindedLanes(i32x4.extend_high_i16x8_s(entries), v128.load(pad, 16), p), 16);
        x += 16;
        pad += 32;
        out += 32;
      } while (--left > 0);
    }
  }
  for (let i = 0; i < (count & 7); i++, x += 2) {
    const entry = load<i16>(x);
    least = i16x8.min_s(least, i16x8.splat(entry));
    most = i16x8.max_s(most, i16x8.splat(entry));
    if (modulus === 0) store<i16>(out + ((<usize>i) << 1), entry);
    else store<u32>(out + ((<usize>i) << 2), blindedOne(entry, load<u32>(pad + ((<usize>i) << 2)), modulus));
  }
  const bad = v128.or(i16x8.gt_s(most, i16x8.splat(<i16>maximum)), i16x8.lt_s(least, i16x8.splat(<i16>minimum)));
  // Of no entries, every one is in range.
  return i32(!v128.any_true(bad)) | i32(count === 0);
}
