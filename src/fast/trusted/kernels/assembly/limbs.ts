/**
 * Splits residues into 16-bit words, so that the integer dot product can take them:
 * balanced(r) = limb[0] + limb[1] * 2^bits + limb[2] * 2^(2 bits), all limbs but the last in [-2^(bits-1), 2^(bits-1)).
 */

function balancedx4(r: v128, modulus: i32): v128 {
  const p = i32x4.splat(modulus);
  return i32x4.sub(r, v128.and(i32x4.gt_s(r, i32x4.splat((modulus - 1) >> 1)), p));
}

/** Limb l of entry i goes to planes + l * pitch + 2 * i; the range of the last limb is proved in bounds.ts. */
export function splitLimbs(
  x: usize,
  count: i32,
  modulus: i32,
  limbs: i32,
  bits: i32,
  planes: usize,
  pitch: usize,
): void {
  const spread = 32 - bits;
  let i = 0;
  for (; i <= count - 8; i += 8) {
    const at = x + ((<usize>i) << 2);
    let a = balancedx4(v128.load(at), modulus);
    let b = balancedx4(v128.load(at, 16), modulus);
    let plane = planes + ((<usize>i) << 1);
    for (let limb = 1; limb < limbs; limb++, plane += pitch) {
      const low = i32x4.shr_s(i32x4.shl(a, spread), spread);
      const high = i32x4.shr_s(i32x4.shl(b, spread), spread);
      v128.store(plane, i16x8.narrow_i32x4_s(low, high));
      a = i32x4.shr_s(i32x4.sub(a, low), bits);
      b = i32x4.shr_s(i32x4.sub(b, high), bits);
    }
    v128.store(plane, i16x8.narrow_i32x4_s(a, b));
  }
  for (; i < count; i++) {
    let a = load<i32>(x + ((<usize>i) << 2));
    a -= modulus & -i32(a > (modulus - 1) >> 1);
    let plane = planes + ((<usize>i) << 1);
    for (let limb = 1; limb < limbs; limb++, plane += pitch) {
      const low = (a << spread) >> spread;
      store<i16>(plane, <i16>low);
      a = (a - low) >> bits;
    }
    store<i16>(plane, <i16>a);
  }
}
