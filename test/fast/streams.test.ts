/** What leaves for the device, and the residues that are drawn: both against their definitions. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { loadKernels } from '../../src/fast/trusted/kernels/load.js';
import { KernelMemory } from '../../src/fast/trusted/memory.js';
import { M31, type Modulus, P24 } from '../../src/model/modulus.js';
import { referenceArithmetic } from '../../src/protocol/reference-arithmetic.js';
import { sampleResidues } from '../../src/protocol/sampling.js';
import { edgy } from '../generators.js';
import { check, suite } from '../suite.js';
import { int16s, modulus, residues } from './generators.js';

const test = suite('fast streams');
const memory = new KernelMemory(await loadKernels());
const { kernels } = memory;

const counts = fc.integer({ min: 0, max: 40 });

function outgoing(x: Int16Array, minimum: number, maximum: number, p: Modulus | 0, pad: Uint32Array) {
  return memory.within((frame) => {
    const out = frame.space(x.length * 4);
    const [from, pads] = [frame.input(x), frame.input(pad)];
    const inside = kernels.outgoing(from, x.length, minimum, maximum, p, pads, out);
    const sent = p === 0 ? new Int16Array(memory.buffer, out, x.length) : new Uint32Array(memory.buffer, out, x.length);
    return { inside, sent: Array.from(sent) };
  });
}

test('outgoing: the input, or the input plus its pad, and whether all of it is in range', () =>
  check(
    fc.property(
      fc
        .tuple(modulus, counts)
        .chain(([p, n]) => fc.tuple(fc.constant(p), int16s(n), residues(p, n), edgy(-32768, 0), edgy(0, 32767))),
      ([p, x, pad, minimum, maximum]) => {
        const inside = Number(x.every((value) => value >= minimum && value <= maximum));
        assert.equal(outgoing(x, minimum, maximum, 0, pad), { inside, sent: Array.from(x) });
        const modulo = BigInt(p);
        const sent = Array.from(x, (value, i) => Number((BigInt(value) + BigInt(pad[i]!) + modulo) % modulo));
        assert.equal(outgoing(x, minimum, maximum, p, pad), { inside, sent });
      },
    ),
    300,
  ));

test('outgoing: one entry out of range, anywhere, is enough', () => {
  for (let at = 0; at < 19; at++) {
    for (const p of [0, P24, M31] as const) {
      for (const [value, inside] of [
        [-129, 0],
        [-128, 1],
        [127, 1],
        [128, 0],
        [-32768, 0],
        [32767, 0],
      ] as const) {
        const x = new Int16Array(19).fill(value, at, at + 1);
        assert.is(outgoing(x, -128, 127, p, new Uint32Array(19)).inside, inside, `${value} at ${at}`);
      }
      // A range without zero.
      assert.is(outgoing(new Int16Array(19).fill(4), 3, 5, p, new Uint32Array(19)).inside, 1);
      assert.is(outgoing(new Int16Array(19).fill(4).fill(2, at, at + 1), 3, 5, p, new Uint32Array(19)).inside, 0);
    }
  }
});

/** The candidates below p, by the definition. */
function acceptedOf(bytes: Uint8Array, p: Modulus): number[] {
  const width = p === P24 ? 3 : 4;
  const accepted: number[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    const low = bytes[at]! + bytes[at + 1]! * 2 ** 8 + bytes[at + 2]! * 2 ** 16;
    const candidate = width === 3 ? low : low + (bytes[at + 3]! % 128) * 2 ** 24;
    if (candidate < p) accepted.push(candidate);
  }
  return accepted;
}

function accept(bytes: Uint8Array, p: Modulus): number[] {
  return memory.within((frame) => {
    const count = bytes.length / (p === P24 ? 3 : 4);
    const [from, out] = [frame.space(bytes.length), frame.space(count * 4 + 4)];
    new Uint8Array(memory.buffer, from, bytes.length).set(bytes);
    new Uint32Array(memory.buffer, out, count + 1).fill(0xdeadbeef);
    const accepted = kernels.acceptCandidates(from, count, p, out);
    assert.is(new Uint32Array(memory.buffer, out, count + 1)[count], 0xdeadbeef, 'nothing is written behind `count`');
    return Array.from(new Uint32Array(memory.buffer, out, accepted));
  });
}

/** Candidates around the modulus, as bytes. */
const candidateBytes = fc.tuple(modulus, fc.integer({ min: 0, max: 70 })).chain(([p, n]) => {
  const top = p === P24 ? 2 ** 24 - 1 : 2 ** 32 - 1;
  const edges = [0, 1, p - 1, p, Math.min(p + 1, top), Math.min(p + 2, top), top].map((value) => value % (top + 1));
  const usual = fc.integer({ min: 0, max: top });
  const candidate = fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...edges) }, { weight: 12, arbitrary: usual });
  return fc.tuple(
    fc.constant(p),
    fc.array(candidate, { minLength: n, maxLength: n }).map((list) => {
      const width = p === P24 ? 3 : 4;
      return Uint8Array.from(
        list.flatMap((value) => [...Array(width).keys()].map((i) => Math.floor(value / 256 ** i))),
      );
    }),
  );
});

test('acceptCandidates keeps those below p, in order', () =>
  check(
    fc.property(candidateBytes, ([p, bytes]) => {
      assert.equal(accept(bytes, p), acceptedOf(bytes, p));
    }),
    500,
  ));

test('one rejected candidate, anywhere', () => {
  for (const p of [P24, M31] as const) {
    const width = p === P24 ? 3 : 4;
    for (let at = 0; at < 37; at++) {
      const bytes = Uint8Array.from({ length: 37 * width }, (_, i) => (i * 37 + at) % 251);
      bytes.fill(0xff, at * width, (at + 1) * width);
      const accepted = accept(bytes, p);
      assert.is(accepted.length, 36);
      assert.equal(accepted, acceptedOf(bytes, p));
    }
  }
});

test('the same residues as the protocol draws from the same bytes', () => {
  for (const p of [P24, M31] as const) {
    const count = 1000;
    const bytes = Uint8Array.from(
      { length: count * (p === P24 ? 3 : 4) },
      (_, i) => Math.imul(i + 1, 2654435761) >>> 24,
    );
    const drawn = new Uint32Array(count);
    sampleResidues(
      { fill: (block: Uint8Array) => void block.set(bytes.subarray(0, block.length)) },
      p,
      drawn,
      referenceArithmetic(),
    );
    assert.equal(accept(bytes, p), Array.from(drawn));
  }
});

test.after(() => memory.close());
