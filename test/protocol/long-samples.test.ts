/** Samples of many blocks: every entry comes from its own fresh bytes, and the bytes are wiped. */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import {
  type Device,
  M31,
  type Modulus,
  P24,
  type Randomness,
  referenceArithmetic,
  Session,
  sampleResidues,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import type { Dense } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: long samples');

/** More than four blocks of 49,152 bytes for either modulus, past entry 65,536, and not a whole number of blocks. */
const LENGTH = 70_001;

let teams: TrustedArithmetic[] = [];
test.before(async () => {
  teams = [referenceArithmetic(), await wasmArithmetic(), await wasmArithmetic({ threads: 2 })];
});
test.after(() => {
  for (const arithmetic of teams) arithmetic.close();
});

/** The accepted candidates of one long stretch of the generator's bytes. */
function expected(modulus: Modulus, length: number, stream: Uint8Array): number[] {
  const width = modulus === P24 ? 3 : 4;
  const residues: number[] = [];
  for (let at = 0; residues.length < length; at += width) {
    const [a, b, c, d = 0] = stream.subarray(at, at + width);
    const candidate = a! + 256 * b! + 65536 * c! + 16777216 * (d & 127);
    if (candidate < modulus) residues.push(candidate);
  }
  return residues;
}

for (const modulus of [P24, M31] as const) {
  test(`modulo ${modulus} every entry is the next candidate of the generator, over all blocks`, () => {
    const stream = new Uint8Array(LENGTH * 4 + 4096);
    seededRandomness(seed).fill(stream);
    const wanted = Uint32Array.from(expected(modulus, LENGTH, stream));
    for (const arithmetic of teams) {
      const out = arithmetic.allocate('u32', LENGTH);
      sampleResidues(seededRandomness(seed), modulus, out, arithmetic);
      assert.is(Buffer.compare(Buffer.from(out.slice().buffer), Buffer.from(wanted.buffer)), 0, arithmetic.name);
      arithmetic.release(out);
    }
  });
}

test('the bytes that a sample came from are wiped, also when the generator fails midway', () => {
  for (const failsAt of [Number.POSITIVE_INFINITY, 3]) {
    const lent: Uint8Array[] = [];
    const inner = seededRandomness(seed);
    const keeping: Randomness = {
      fill(bytes) {
        if (lent.length === failsAt) throw new Error('no more');
        inner.fill(bytes);
        lent.push(bytes);
      },
    };
    const out = new Uint32Array(LENGTH);
    try {
      sampleResidues(keeping, M31, out, teams[0]!);
      assert.is(failsAt, Number.POSITIVE_INFINITY);
    } catch {
      assert.is(failsAt, 3);
    }
    assert.ok(lent.length >= 3);
    assert.ok(lent.every((bytes) => bytes.every((byte) => byte === 0)));
  }
});

test('what a session sends of a long input of zeros is its pad: no block of it zero, none like another', async () => {
  const map: Dense = {
    kind: 'dense',
    inputs: LENGTH,
    outputs: 1,
    weights: new Int16Array(LENGTH).fill(1),
    inputRange: { minimum: -9, maximum: 9 },
  };
  for (const arithmetic of teams.slice(1)) {
    const messages: Uint32Array[] = [];
    const device: Device = {
      name: 'listener',
      limits: { maximumTransferBytes: 2 ** 30, concurrency: 1 },
      async load(_, modulus) {
        return {
          async apply(x) {
            messages.push(Uint32Array.from(x));
            const sums = new Uint32Array(x.length / LENGTH);
            x.forEach((entry, at) => {
              const image = Math.floor(at / LENGTH);
              sums[image] = (sums[image]! + entry) % (modulus as number);
            });
            return sums;
          },
          release() {},
        };
      },
      async close() {},
    };
    const session = await Session.open({ device, arithmetic, maps: [map], randomness: seededRandomness(seed) });
    await session.prepare(2);
    const inference = await session.begin(2);
    const x = arithmetic.allocate('i16', 2 * LENGTH);
    assert.equal([...(await inference.linear(0, x)).value], [0, 0]);
    const sent = messages[0]!;
    assert.is(sent.length, 2 * LENGTH);
    const seen = new Set<string>();
    // Eight entries that come twice, or are all zero, have probability 2^-190.
    for (let at = 0; at + 8 <= sent.length; at += 8) seen.add(sent.subarray(at, at + 8).join());
    assert.is(seen.size, Math.floor(sent.length / 8), 'a part of the pads came twice');
    assert.not(seen.has('0,0,0,0,0,0,0,0'));
    session.close();
  }
});
