/** What another thread writes into memory shared with the trusted side, while a pass runs over it, splits nothing apart. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { CHECK_MODULUS, type Modulus, P24 } from '../../src/model/modulus.js';
import { type Finish, packedLength, referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import { seed, suite } from '../suite.js';

const test = suite('shared memory that changes');
const sides = [await wasmArithmetic(), await wasmArithmetic({ threads: 3 }), referenceArithmetic()];

test.after(() => {
  for (const arithmetic of sides) arithmetic.close();
});

const LENGTH = 20_000;
const BOUND = 1000;
const RUNS = 10;
const unchanged: Finish = {
  bias: Int32Array.of(0),
  requantization: {
    multipliers: Int32Array.of(2),
    shift: 1,
    minimum: -BOUND,
    maximum: BOUND,
  },
  followUps: [],
};

/** Flips the lowest bit of every entry, again and again, until it is told to stop; the last word counts its rounds. */
const scribble = `
  const { parentPort, workerData: { buffer, bytes } } = require('node:worker_threads');
  const control = new Int32Array(buffer, buffer.byteLength - 8, 2);
  const entries = new (bytes === 2 ? Int16Array : Int32Array)(buffer, 0, (buffer.byteLength - 8) / bytes);
  while (Atomics.load(control, 0) === 0) {
    for (let index = 0; index < entries.length; index++) entries[index] ^= 1;
    if (Atomics.add(control, 1, 1) === 0) parentPort.postMessage('begun');
  }
`;

/** Memory that a thread of its own keeps changing; `rounds` says how often it went over all of it. */
async function restless(bytes: 2 | 4, length: number, fill: (index: number) => number) {
  const buffer = new SharedArrayBuffer(length * bytes + 8);
  const entries = bytes === 2 ? new Int16Array(buffer, 0, length) : new Int32Array(buffer, 0, length);
  for (let index = 0; index < length; index++) entries[index] = fill(index);
  const control = new Int32Array(buffer, length * bytes, 2);
  const worker = new Worker(scribble, { eval: true, workerData: { buffer, bytes } });
  const ended = once(worker, 'exit');
  await once(worker, 'message');
  const stop = async (): Promise<void> => {
    Atomics.store(control, 0, 1);
    await ended;
  };
  return { buffer, rounds: () => Atomics.load(control, 1), stop };
}

let state = seed >>> 0;
/** A whole number below `limit` that follows from the seed. */
function below(limit: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

const challenges = [0, 1].map(() => Uint32Array.from({ length: LENGTH }, () => below(CHECK_MODULUS)));

/** <s, y> mod q, independently of both implementations. */
function fold(s: Uint32Array, y: ArrayLike<number>): number {
  let sum = 0n;
  for (let index = 0; index < s.length; index++) sum += BigInt(s[index]!) * BigInt(y[index]!);
  const q = BigInt(CHECK_MODULUS);
  return Number(((sum % q) + q) % q);
}

/** Runs until the other thread has certainly been at work between the runs, and holds each result against its folds. */
async function incomingHolds(arithmetic: TrustedArithmetic, modulus: Modulus | null, finish: Finish | null) {
  // With an even bound, flipping the lowest bit of 2 (i mod 400) or of its residue stays within the bound.
  const { buffer, rounds, stop } = await restless(4, LENGTH, (index) => 2 * (index % 400));
  try {
    const u = Uint32Array.from({ length: LENGTH }, (_, index) => index % 100);
    const before = rounds();
    let moved = 0;
    for (let run = 0; run < RUNS || rounds() < before + 2; run++) {
      const answer = modulus === null ? new Int32Array(buffer, 0, LENGTH) : new Uint32Array(buffer, 0, LENGTH);
      const out = arithmetic.allocate(finish === null ? 'i32' : 'i16', LENGTH);
      const folds = new Uint32Array(2);
      const unblinding = modulus === null ? null : { u: [u], modulus };
      const how = { images: 1, unblinding, bound: BOUND, challenges, finish };
      assert.ok(arithmetic.incoming(answer, how, folds, out));
      assert.equal(
        [...folds],
        challenges.map((s) => fold(s, out)),
      );
      if (out.some((value, index) => value !== 2 * (index % 400) - (modulus === null ? 0 : u[index]!))) moved++;
      arithmetic.release(out);
    }
    assert.ok(moved > 0, 'no pass saw a changed entry');
  } finally {
    await stop();
  }
}

for (const arithmetic of sides) {
  const who = `${arithmetic.name}, ${arithmetic.threads} thread${arithmetic.threads > 1 ? 's' : ''}`;

  test(`what is folded is what is given (${who})`, async () => {
    for (const finish of [null, unchanged]) {
      for (const modulus of [null, P24] as const) await incomingHolds(arithmetic, modulus, finish);
    }
  });

  test(`what is sent is folded as it was meant, whatever becomes of the message (${who})`, async () => {
    const x = Int16Array.from({ length: LENGTH }, (_, index) => (index % 256) - 128);
    const trusted = arithmetic.allocate('i16', LENGTH);
    trusted.set(x);
    const folded = challenges.map((vector) => {
      const packed = arithmetic.allocate('u32', packedLength(LENGTH));
      arithmetic.packFolded(vector, packed);
      return packed;
    });
    const rho = Uint32Array.from({ length: LENGTH }, () => below(P24));
    const expected = challenges.map((vector) => fold(vector, x));
    for (const bytes of [2, 4] as const) {
      const { buffer, rounds, stop } = await restless(bytes, LENGTH, () => 0);
      try {
        const before = rounds();
        for (let run = 0; run < RUNS || rounds() < before + 2; run++) {
          const message = bytes === 2 ? new Int16Array(buffer, 0, LENGTH) : new Uint32Array(buffer, 0, LENGTH);
          const blinding = bytes === 2 ? null : { rho: [rho], modulus: P24 as Modulus };
          const sums = new Uint32Array(2);
          const range = { minimum: -128, maximum: 127 };
          assert.ok(arithmetic.outgoing(trusted, { images: 1, range, blinding, folded }, message, sums));
          assert.equal([...sums], expected);
        }
      } finally {
        await stop();
      }
    }
    for (const array of [trusted, ...folded]) arithmetic.release(array);
  });
}
