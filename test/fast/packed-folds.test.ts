/** The tiled folds: what they add to their sums is the inner product, for every length, start and extreme. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { foldTerms, inputSteps } from '../../src/fast/trusted/kernels/bounds.js';
import { loadKernels } from '../../src/fast/trusted/kernels/load.js';
import { KernelMemory } from '../../src/fast/trusted/memory.js';
import { CHECK_MODULUS } from '../../src/model/modulus.js';
import { edgy } from '../generators.js';
import { check, suite } from '../suite.js';
import { int16s, int32s, residues } from './generators.js';

const test = suite('fast packed folds');
const memory = new KernelMemory(await loadKernels());
const { kernels } = memory;
const q = BigInt(CHECK_MODULUS);
const INT32_MAX = 2 ** 31 - 1;

function product(a: ArrayLike<number>, b: ArrayLike<number>): bigint {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += BigInt(a[i]!) * BigInt(b[i]!);
  return sum;
}

const plus = (start: number, sum: bigint): number => Number((((BigInt(start) + sum) % q) + q) % q);

/** Entries, then junk where the kernels may read but must not count. */
function placed(frame: { space(bytes: number): number }, array: Int16Array | Int32Array | Uint32Array): number {
  const pointer = frame.space(array.byteLength + 64);
  new Uint8Array(memory.buffer, pointer, array.byteLength + 64).fill(0xa5);
  memory.write(pointer, array);
  return pointer;
}

/** The limbs as they were packed, block by block. */
function packedOf(folded: Uint32Array): { readonly low: number[]; readonly high: number[]; readonly rest: number[] } {
  return memory.within((frame) => {
    const blocks = Math.ceil(folded.length / 8);
    const out = frame.space(blocks * 32);
    kernels.packFolded(placed(frame, folded), folded.length, out);
    const limbs = Array.from(new Int16Array(memory.buffer, out, blocks * 16));
    const low = limbs.filter((_, i) => i % 16 < 8);
    const high = limbs.filter((_, i) => i % 16 >= 8);
    return {
      low: low.slice(0, folded.length),
      high: high.slice(0, folded.length),
      rest: [...low.slice(folded.length), ...high.slice(folded.length)],
    };
  });
}

function foldInputs(
  folded: readonly Uint32Array[],
  x: Int16Array,
  from: number,
  steps: number,
  start: number[],
): number[] {
  return memory.within((frame) => {
    const length = folded[0]!.length;
    const pitch = Math.ceil(length / 8) * 32;
    const packed = frame.space(pitch * folded.length + 64);
    new Uint8Array(memory.buffer, packed, pitch * folded.length + 64).fill(0xa5);
    folded.forEach((one, t) => {
      kernels.packFolded(placed(frame, one), length, packed + t * pitch);
    });
    const sums = placed(frame, Uint32Array.from(start));
    kernels.foldInputs(packed + from * 4, pitch, folded.length, placed(frame, x), x.length, steps, sums);
    return Array.from(new Uint32Array(memory.buffer, sums, folded.length));
  });
}

const counts = fc.integer({ min: 0, max: 40 });
const challenges = fc.constantFrom(1, 2);

test('packed limbs are int16 and make up the balanced residue; the last block is filled with zeros', () =>
  check(
    fc.property(
      counts.chain((n) => residues(CHECK_MODULUS, n)),
      (folded) => {
        const { low, high, rest } = packedOf(folded);
        folded.forEach((residue, i) => {
          const balanced = residue > INT32_MAX / 2 ? residue - CHECK_MODULUS : residue;
          assert.is(low[i]! + high[i]! * 2 ** 16, balanced);
          assert.ok(Math.abs(high[i]!) <= 2 ** 14);
        });
        assert.ok(rest.every((limb) => limb === 0));
      },
    ),
    300,
  ));

test('packing in place', () => {
  const folded = Uint32Array.from({ length: 21 }, (_, i) => (i * 0x12345678) % CHECK_MODULUS);
  memory.within((frame) => {
    const [here, there] = [placed(frame, folded), frame.space(96)];
    kernels.packFolded(here, 21, there);
    kernels.packFolded(here, 21, here);
    assert.equal(new Uint8Array(memory.buffer, here, 96), new Uint8Array(memory.buffer, there, 96));
  });
});

test('foldInputs adds the inner products, for any tile', () =>
  check(
    fc.property(
      fc
        .tuple(counts, fc.integer({ min: 0, max: 3 }), fc.nat(9), challenges)
        .chain(([n, blocks, more, k]) =>
          fc.tuple(
            fc.constant(blocks * 8),
            fc.array(residues(CHECK_MODULUS, blocks * 8 + n + more), { minLength: k, maxLength: k }),
            int16s(n),
            fc.constantFrom(1, inputSteps(2 ** 15)),
            fc.array(edgy(0, CHECK_MODULUS - 1), { minLength: k, maxLength: k }),
          ),
        ),
      ([from, folded, x, steps, start]) => {
        const expected = folded.map((one, t) => plus(start[t]!, product(one.subarray(from, from + x.length), x)));
        assert.equal(foldInputs(folded, x, from, steps, start), expected);
      },
    ),
    300,
  ));

test('foldInputs at the bound of its lanes', () => {
  for (const largest of [1, 2, 127, 255, 2 ** 14, 2 ** 15 - 1, 2 ** 15]) {
    const steps = inputSteps(largest);
    const length = 8 * Math.min(2 * steps + 1, 2 ** 13) + 5;
    // Balanced limbs at their ends: low -2^15 and 2^15 - 1, high -2^14 and 2^14 - 1.
    for (const residue of [2 ** 15, 2 ** 15 - 1, CHECK_MODULUS - 2 ** 15, 2 ** 30 - 1, 2 ** 30, CHECK_MODULUS - 1]) {
      const folded = new Uint32Array(length).fill(residue);
      for (const value of [Math.min(largest, 32767), -largest]) {
        const x = new Int16Array(length).fill(value);
        const expected = plus(7, product(folded, x));
        assert.equal(foldInputs([folded], x, 0, steps, [7]), [expected], `${residue} * ${value}`);
        assert.equal(foldInputs([folded, folded], x, 0, steps, [7, 7]), [expected, expected], `${residue} * ${value}`);
      }
    }
  }
});

test('inputSteps is the largest number that fits', () => {
  for (const largest of [0, 1, 2, 127, 128, 255, 2 ** 14, 2 ** 15 - 1]) {
    const sum = (n: number): bigint => BigInt(n) * 2n * BigInt(Math.max(largest, 1)) * 2n ** 15n;
    const steps = inputSteps(largest);
    assert.ok(sum(steps) <= 2n ** 31n - 1n && sum(steps + 1) > 2n ** 31n - 1n, `${largest}`);
  }
  assert.is(inputSteps(2 ** 15), 1);
});

function foldOutputs(s: readonly Uint32Array[], y: Int32Array, bound: number, start: number[]) {
  return memory.within((frame) => {
    const pitch = y.byteLength + 36;
    const at = frame.space(pitch * s.length);
    s.forEach((one, t) => {
      memory.write(at + t * pitch, one);
    });
    const sums = placed(frame, Uint32Array.from(start));
    const inside = kernels.foldOutputs(at, pitch, s.length, placed(frame, y), y.length, bound, foldTerms(bound), sums);
    return { inside, sums: Array.from(new Uint32Array(memory.buffer, sums, s.length)) };
  });
}

test('foldOutputs adds the inner products and checks the range', () =>
  check(
    fc.property(
      fc
        .tuple(counts, challenges, fc.constantFrom(0, 1, 255, 2 ** 23, 2 ** 30 - 1, INT32_MAX))
        .chain(([n, k, bound]) =>
          fc.tuple(
            fc.constant(bound),
            fc.array(residues(CHECK_MODULUS, n), { minLength: k, maxLength: k }),
            int32s(-bound, bound, n),
            fc.array(edgy(0, CHECK_MODULUS - 1), { minLength: k, maxLength: k }),
          ),
        ),
      ([bound, s, y, start]) => {
        const expected = s.map((one, t) => plus(start[t]!, product(one, y)));
        assert.equal(foldOutputs(s, y, bound, start), { inside: 1, sums: expected });
      },
    ),
    300,
  ));

test('foldOutputs at the bound of its lanes', () => {
  const length = 8 * 700 + 5;
  const s = new Uint32Array(length).fill(CHECK_MODULUS - 1);
  for (const bound of [1, 2 ** 23 - 1, 2 ** 23, 2 ** 30 - 1, 2 ** 30, INT32_MAX]) {
    for (const value of [bound, -bound]) {
      const y = new Int32Array(length).fill(value);
      const expected = plus(5, product(s, y));
      assert.equal(foldOutputs([s], y, bound, [5]), { inside: 1, sums: [expected] });
      assert.equal(foldOutputs([s, s], y, bound, [5, 5]), { inside: 1, sums: [expected, expected] });
    }
  }
});

test('foldOutputs: one entry beyond the bound, anywhere, is enough', () => {
  for (let at = 0; at < 27; at++) {
    for (const s of [[new Uint32Array(27)], [new Uint32Array(27), new Uint32Array(27)]]) {
      for (const value of [101, -101, INT32_MAX, -INT32_MAX, -INT32_MAX - 1]) {
        assert.is(foldOutputs(s, new Int32Array(27).fill(value, at, at + 1), 100, [0, 0]).inside, 0);
      }
      for (const value of [100, -100]) {
        assert.is(foldOutputs(s, new Int32Array(27).fill(value, at, at + 1), 100, [0, 0]).inside, 1);
      }
      const lowest = new Int32Array(27).fill(-INT32_MAX - 1, at, at + 1);
      assert.is(foldOutputs(s, lowest, INT32_MAX, [0, 0]).inside, 0);
    }
  }
});

test.after(() => memory.close());
