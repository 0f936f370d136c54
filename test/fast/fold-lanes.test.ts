/**
 * How many products the arithmetic adds up before it reduces them: at the largest entries that a session can meet, one
 * product too many in a lane would change the sum. The kernels' own tests say how much fits; these say that no more is asked.
 */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { foldTerms } from '../../src/fast/trusted/kernels/bounds.js';
import { CHECK_MODULUS, M31, packedLength, type TrustedArithmetic } from '../../src/protocol/index.js';
import { suite } from '../suite.js';

const test = suite('fast: lanes of the folds');

/** The largest bound for which 2B < q. */
const LARGEST_BOUND = 2 ** 30 - 1;
const q = BigInt(CHECK_MODULUS);

let arithmetics: TrustedArithmetic[];
test.before(async () => {
  arithmetics = [await wasmArithmetic(), await wasmArithmetic({ threads: 2 })];
});
test.after(() => {
  for (const arithmetic of arithmetics) arithmetic.close();
});

/** count * a * b mod q, in [0, q). */
const times = (count: number, a: number, b: number): number =>
  Number((((BigInt(count) * BigInt(a) * BigInt(b)) % q) + q) % q);

/** Each bound with a length past one lane's, past two lanes', and past a stretch; the last entries are no whole vector. */
const outputs = [LARGEST_BOUND, LARGEST_BOUND - 1, 2 ** 29, 2 ** 24].flatMap((bound) =>
  [8 * foldTerms(bound) + 3, 16 * foldTerms(bound) + 8, 8192 * 2 + 5].map((length) => ({ bound, length })),
);

test('foldOutput at the largest bounds', () => {
  for (const arithmetic of arithmetics) {
    for (const { bound, length } of outputs) {
      for (const value of [bound, -bound]) {
        for (const s of [CHECK_MODULUS - 1, CHECK_MODULUS - 2]) {
          const fold = arithmetic.foldOutput(
            new Uint32Array(length).fill(s),
            new Int32Array(length).fill(value),
            bound,
          );
          assert.is(fold, times(length, s, value), `${length} times ${s} * ${value}`);
        }
      }
    }
  }
});

for (const blinded of [false, true]) {
  for (const k of [1, 2, 3]) {
    test(`incoming at the largest bounds, ${k} challenges${blinded ? ', blinded' : ''}`, () => {
      for (const arithmetic of arithmetics) {
        for (const { bound, length } of outputs) {
          const images = 2;
          const challenges = Array.from({ length: k }, (_, t) => new Uint32Array(length).fill(CHECK_MODULUS - 1 - t));
          const u = 5;
          const y = [bound, -bound];
          // y + u mod p where blinded.
          const sent = y.map((value) => (blinded ? (value + u + M31) % M31 : value));
          const answer = new (blinded ? Uint32Array : Int32Array)(images * length);
          for (const [image, value] of sent.entries()) answer.fill(value, image * length, (image + 1) * length);
          const unblinding = blinded
            ? { u: y.map(() => new Uint32Array(length).fill(u)), modulus: M31 as typeof M31 }
            : null;
          const folds = new Uint32Array(images * k);
          const out = new Int32Array(images * length);
          const how = { images, unblinding, bound, challenges, finish: null };
          assert.ok(arithmetic.incoming(answer, how, folds, out));
          assert.equal(
            [...folds],
            y.flatMap((value) => challenges.map((s) => times(length, s[0]!, value))),
            `${length} entries of ${bound}`,
          );
          assert.ok(out.subarray(0, length).every((value) => value === bound));
          assert.ok(out.subarray(length).every((value) => value === -bound));
        }
      }
    });
  }
}

test('foldInput over more entries than one lane takes', () => {
  const length = 16 * foldTerms(2 ** 15) + 5;
  const folded = new Uint32Array(length).fill(CHECK_MODULUS - 1);
  for (const value of [-32768, 32767]) {
    const x = new Int16Array(length).fill(value);
    assert.is(arithmetics[0]!.foldInput(folded, x), times(length, CHECK_MODULUS - 1, value));
  }
});

for (const k of [1, 2, 3]) {
  for (const blinded of [false, true]) {
    test(`outgoing at the ends of input ranges, ${k} challenges${blinded ? ', blinded' : ''}`, () => {
      for (const arithmetic of arithmetics) {
        for (const largest of [127, 255, 2 ** 14, 2 ** 15]) {
          const range = { minimum: -largest, maximum: Math.min(largest, 32767) };
          // A few vectors more than one lane takes, or as many as two chunks of the pass have.
          for (const length of [2048 + 3, 8192 * 2 + 5]) {
            // The ends of both limbs: low -2^15 and 2^15 - 1, high -2^14 and 2^14 - 1.
            for (const residue of [2 ** 15, 2 ** 15 - 1, 2 ** 30, 2 ** 30 - 1, CHECK_MODULUS - 2 ** 15]) {
              const x = new Int16Array(2 * length);
              const ends = [range.minimum, range.maximum];
              for (const [image, end] of ends.entries()) x.fill(end, image * length, (image + 1) * length);
              const folded = Array.from({ length: k }, () => {
                const packed = arithmetic.allocate('u32', packedLength(length));
                arithmetic.packFolded(new Uint32Array(length).fill(residue), packed);
                return packed;
              });
              const rho = ends.map(() => new Uint32Array(length).fill(7));
              const message = blinded ? new Uint32Array(2 * length) : new Int16Array(2 * length);
              const sums = new Uint32Array(2 * k);
              const blinding = blinded ? { rho, modulus: M31 as typeof M31 } : null;
              assert.ok(arithmetic.outgoing(x, { images: 2, range, blinding, folded }, message, sums));
              assert.equal(
                [...sums],
                ends.flatMap((end) => folded.map(() => times(length, residue, end))),
                `${length} times ${residue} * [${ends}]`,
              );
              for (const vector of folded) arithmetic.release(vector);
            }
          }
        }
      }
    });
  }
}
