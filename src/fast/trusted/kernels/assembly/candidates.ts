/**
 * The inner loop of rejection sampling (src/protocol/sampling.ts): the same residues from the same bytes, in the same order.
 * Sixteen candidates at a time are stored at once when all are accepted, and one by one otherwise. That branch, and how many
 * are accepted, depends on rejected candidates only: accepted ones are independent of them and uniform, so time says nothing
 * about any residue that is used.
 */
import { M31, P24 } from './modular';

/** Four candidates of 3 bytes, from the first 12 of 16 bytes. */
function fourOfP24(bytes: usize): v128 {
  return i8x16.swizzle(v128.load(bytes), i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
}

/** Four candidates of 4 bytes, cut to 31 bits. */
function fourOfM31(bytes: usize): v128 {
  return v128.and(v128.load(bytes), i32x4.splat(i32(M31)));
}

/** One after another: each is stored, and stays if it is accepted. */
function someOfP24(bytes: usize, count: i32, out: usize): usize {
  for (let i = 0; i < count; i++, bytes += 3) {
    const candidate = <u32>load<u16>(bytes) | ((<u32>load<u8>(bytes, 2)) << 16);
    store<u32>(out, candidate);
    out += (<usize>(candidate < <u32>P24)) << 2;
  }
  return out;
}

function someOfM31(bytes: usize, count: i32, out: usize): usize {
  for (let i = 0; i < count; i++, bytes += 4) {
    const candidate = load<u32>(bytes) & <u32>M31;
    store<u32>(out, candidate);
    out += (<usize>(candidate < <u32>M31)) << 2;
  }
  return out;
}

/** True if a lane of one of the four is p or more. All are below 2^31. */
function anyRejected(a: v128, b: v128, c: v128, d: v128, p: v128): bool {
  return v128.any_true(i32x4.ge_s(i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d)), p));
}

function storeSixteen(a: v128, b: v128, c: v128, d: v128, out: usize): void {
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/**
 * Stores those of `count` candidates that are below p, one after another, and returns how many they are. `out` has room for
 * `count` residues, of which those behind the accepted ones are overwritten. Up to 4 bytes behind the candidates are read.
 */
export function acceptCandidates(bytes: usize, count: i32, modulus: i32, out: usize): i32 {
  const start = out;
  const p = i32x4.splat(modulus);
  let left = count;
  if (modulus === i32(P24)) {
    for (; left >= 16; left -= 16, bytes += 48) {
      const a = fourOfP24(bytes);
      const b = fourOfP24(bytes + 12);
      const c = fourOfP24(bytes + 24);
      const d = fourOfP24(bytes + 36);
      if (anyRejected(a, b, c, d, p)) {
        out = someOfP24(bytes, 16, out);
      } else {
        storeSixteen(a, b, c, d, out);
        out += 64;
      }
    }
    out = someOfP24(bytes, left, out);
  } else {
    for (; left >= 16; left -= 16, bytes += 64) {
      const a = fourOfM31(bytes);
      const b = fourOfM31(bytes + 16);
      const c = fourOfM31(bytes + 32);
      const d = fourOfM31(bytes + 48);
      if (anyRejected(a, b, c, d, p)) {
        out = someOfM31(bytes, 16, out);
      } else {
        storeSixteen(a, b, c, d, out);
        out += 64;
      }
    }
    out = someOfM31(bytes, left, out);
  }
  return <i32>((out - start) >> 2);
}
