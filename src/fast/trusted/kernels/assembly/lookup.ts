/**
 * Table look-ups of int16 entries, out[i] = table[x[i] - minimum]. A table of up to 256 entries is read from its first to its last
 * byte for every entry of x, so that no address depends on one; a larger one is read where the entry says.
 */

/** One byte plane of a small table. */
const PLANE: usize = 256;

/** Sixteen differences from 0 to 255 as bytes. */
function places(x: usize, least: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.sub(v128.load(x), least), i16x8.sub(v128.load(x, 16), least));
}

/**
 * Both planes of the table, low bytes and high bytes, in `parts` vectors each; entries fit int8 if `narrow`, and the high plane is not
 * read. A swizzle gives 0 where a place lies in another part.
 */
export function lookUpSmall(
  x: usize,
  count: i32,
  minimum: i32,
  planes: usize,
  parts: i32,
  narrow: i32,
  out: usize,
): void {
  const least = i16x8.splat(<i16>minimum);
  const step = i8x16.splat(16);
  const bytes = (<usize>parts) << 4;
  let i = 0;
  for (; i <= count - 16; i += 16) {
    const at = (<usize>i) << 1;
    let place = places(x + at, least);
    let low = i8x16.splat(0);
    if (narrow) {
      for (let part: usize = 0; part < bytes; part += 16) {
        low = v128.or(low, i8x16.swizzle(v128.load(planes + part), place));
        place = i8x16.sub(place, step);
      }
      v128.store(out + at, i16x8.extend_low_i8x16_s(low));
      v128.store(out + at, i16x8.extend_high_i8x16_s(low), 16);
      continue;
    }
    let high = i8x16.splat(0);
    for (let part: usize = 0; part < bytes; part += 16) {
      low = v128.or(low, i8x16.swizzle(v128.load(planes + part), place));
      high = v128.or(high, i8x16.swizzle(v128.load(planes + PLANE + part), place));
      place = i8x16.sub(place, step);
    }
    v128.store(out + at, v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(out + at, v128.shuffle<i8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 1;
    const place = <i32>load<i16>(x + at) - minimum;
    let value: i32 = 0;
    for (let entry = 0; entry < <i32>bytes; entry++) {
      const low = <i32>load<u8>(planes + <usize>entry);
      const high = <i32>load<i8>(planes + PLANE + <usize>entry);
      value = select<i32>((high << 8) | low, value, entry === place);
    }
    store<i16>(out + at, <i16>value);
  }
}

/** The same with any table of int16 entries. */
export function lookUp(x: usize, count: i32, minimum: i32, table: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const place = <usize>(<i32>load<i16>(x + (i << 1)) - minimum);
    store<i16>(out + (i << 1), load<i16>(table + (place << 1)));
  }
}
