import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  M31,
  type Modulus,
  P24,
  type Randomness,
  referenceArithmetic,
  sampleResidues,
  systemRandomness,
} from '../../src/protocol/index.js';
import { sampleResidues as referenceSample } from '../../src/reference/index.js';
import { check, suite } from '../suite.js';

const test = suite('protocol: sampling');
const arithmetic = referenceArithmetic();

/** Hands out a fixed list of bytes, in calls of any size, then zeros. */
function recorded(bytes: readonly number[]): Randomness {
  let at = 0;
  return {
    fill(out) {
      for (let index = 0; index < out.length; index++) out[index] = bytes[at++] ?? 0;
    },
  };
}

/** Bytes that are often 0xff, so that candidates are often rejected. */
const bytes = fc.array(fc.oneof(fc.constant(0xff), fc.constant(0xff), fc.constant(0xfd), fc.nat(255)), {
  maxLength: 200,
});

test('draws the very residues the reference draws from the same bytes', () =>
  check(
    fc.property(
      bytes,
      fc.constantFrom<Modulus>(P24, M31),
      fc.integer({ min: 0, max: 40 }),
      (stream, modulus, length) => {
        const fast = new Uint32Array(length);
        sampleResidues(recorded(stream), modulus, fast, arithmetic);
        const endless = (function* () {
          yield* stream;
          for (;;) yield 0;
        })();
        assert.equal(Array.from(fast, BigInt), referenceSample(endless, length, BigInt(modulus)));
      },
    ),
    300,
  ));

test('candidates at and above the modulus are thrown away, not reduced', () => {
  const out = new Uint32Array(2);
  // 2^24 - 1, 2^24 - 3 = P24 and 2^24 - 4
  sampleResidues(recorded([0xff, 0xff, 0xff, 0xfd, 0xff, 0xff, 0xfc, 0xff, 0xff, 7]), P24, out, arithmetic);
  assert.equal([...out], [P24 - 1, 7]);
  // 2^31 - 1 = M31 (top bit ignored), then 2^31 - 2
  sampleResidues(recorded([0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0x7f, 1]), M31, out, arithmetic);
  assert.equal([...out], [M31 - 1, 1]);
});

test('reference sampling is exactly uniform at tiny moduli: every byte tried', () => {
  for (const p of [2n, 3n, 5n, 7n, 13n, 251n]) {
    const counts = new Map<bigint, number>();
    for (let byte = 0; byte < 256; byte++) {
      // A rejected byte is followed by nothing, so it throws; those are not counted.
      try {
        const [residue] = referenceSample([byte].values(), 1, p);
        counts.set(residue!, (counts.get(residue!) ?? 0) + 1);
      } catch (error) {
        assert.instance(error, RangeError);
      }
    }
    assert.is(counts.size, Number(p));
    assert.is(new Set(counts.values()).size, 1, `modulo ${p} some residues are likelier than others`);
  }
});

test('the operating system generator fills long arrays to the end and never repeats', () => {
  const [first, second] = [new Uint8Array(200_000), new Uint8Array(200_000)];
  systemRandomness.fill(first);
  systemRandomness.fill(second);
  for (const array of [first, second]) {
    // 64 zero bytes in a row at the end or at a call boundary would mean bytes that were never filled (chance 2^-512).
    for (const start of [0, 65536 - 32, 131072 - 32, 200_000 - 64]) {
      assert.ok(array.subarray(start, start + 64).some((value) => value !== 0));
    }
  }
  assert.ok(Buffer.compare(first, second) !== 0);
});
