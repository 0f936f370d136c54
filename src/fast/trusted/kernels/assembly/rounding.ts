/**
 * The general change of scale, clamp(floor((product + 2^(shift - 1)) / 2^shift), minimum, maximum), in 64-bit lanes: right for
 * every |product| <= 2^62 and shift from 1 to 62. The shorter forms in requantize.ts and rescale.ts fall back on it.
 *
 * The rounding term is at most 2^61. WebAssembly has a cheap logical shift and a dear arithmetic one, so 2^62, a multiple of
 * 2^shift, is added before the shift and 2^62 / 2^shift taken off after it: the sum lies in [0, 2^63 + 2^61) and fits an
 * unsigned 64-bit lane.
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
export function settle(a: v128, b: v128, c: v128, d: v128, shift: i32, fits32: i32, minimum: i32, maximum: i32): v128 {
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

export function settleOne(product: i64, shift: i32, minimum: i32, maximum: i32): i16 {
  const shifted = (product + ((<i64>1) << (shift - 1))) >> shift;
  const low = select<i64>(<i64>minimum, shifted, shifted < <i64>minimum);
  return <i16>select<i64>(<i64>maximum, low, low > <i64>maximum);
}

/** Two vectors of int32 to one of int16, clamped: the narrowing saturates, and minimum and maximum are int16. */
export function clampedNarrow(a: v128, b: v128, minimum: v128, maximum: v128): v128 {
  return i16x8.min_s(i16x8.max_s(i16x8.narrow_i32x4_s(a, b), minimum), maximum);
}
