/** Answers in memory of every kind: growing, of another realm, past 4 GiB. Right ones are read whatever they lie in. */
import { runInNewContext } from 'node:vm';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { CHECK_MODULUS } from '../../src/model/modulus.js';
import { suite } from '../suite.js';

const test = suite('answers in foreign memory');
const sides = [await wasmArithmetic(), await wasmArithmetic({ threads: 2 })];

test.after(() => {
  for (const arithmetic of sides) arithmetic.close();
});

// Enough for several chunks, so that every thread reads some.
const LENGTH = 40_000;
const BOUND = 2 ** 20;
const s = Uint32Array.from({ length: LENGTH }, (_, index) => (index * 7919 + 1) % CHECK_MODULUS);

function fold(y: Int32Array): number {
  let sum = 0n;
  for (let index = 0; index < LENGTH; index++) sum += BigInt(s[index]!) * BigInt(y[index]!);
  const q = BigInt(CHECK_MODULUS);
  return Number(((sum % q) + q) % q);
}

/** Writes an answer to memory and reads it as the check does, with integrity and without. */
function isRead(buffer: ArrayBufferLike, byteOffset: number, round: number): void {
  const answer = new Int32Array(buffer, byteOffset, LENGTH);
  for (let index = 0; index < LENGTH; index++) answer[index] = ((index * 31 + round) % 2001) - 1000;
  const wanted = Int32Array.from(answer);
  for (const arithmetic of sides) {
    for (const challenges of [[s], []]) {
      const folds = new Uint32Array(challenges.length);
      const out = new Int32Array(LENGTH);
      const how = { images: 1, bound: BOUND, unblinding: null, challenges, finish: null };
      assert.ok(arithmetic.incoming(answer, how, folds, out), `${arithmetic.threads} threads`);
      assert.equal(out, wanted, `${arithmetic.threads} threads`);
      if (challenges.length > 0) assert.is(folds[0], fold(wanted));
    }
  }
}

const BYTES = LENGTH * 4;
type Growing<B> = B & { grow(bytes: number): void; resize(bytes: number): void };
type Maker<B> = new (bytes: number, options: { maxByteLength: number }) => Growing<B>;

test('shared memory that grew since it was first read', () => {
  const buffer = new (SharedArrayBuffer as unknown as Maker<SharedArrayBuffer>)(BYTES, { maxByteLength: BYTES * 3 });
  isRead(buffer, 0, 1);
  buffer.grow(BYTES * 2);
  isRead(buffer, BYTES, 2);
  buffer.grow(BYTES * 3);
  isRead(buffer, BYTES + 4, 3);
});

test('ordinary memory that grew and shrank since it was first read', () => {
  const buffer = new (ArrayBuffer as unknown as Maker<ArrayBuffer>)(BYTES, { maxByteLength: BYTES * 3 });
  isRead(buffer, 0, 1);
  buffer.resize(BYTES * 3);
  isRead(buffer, 2 * BYTES, 2);
  buffer.resize(BYTES + 4);
  isRead(buffer, 4, 3);
  buffer.resize(BYTES * 2);
  isRead(buffer, BYTES - 4, 4);
});

test('memory of another realm', () => {
  for (const kind of ['ArrayBuffer', 'SharedArrayBuffer']) {
    const buffer = runInNewContext(`new ${kind}(${BYTES + 4})`) as ArrayBuffer;
    assert.not.ok(buffer instanceof ArrayBuffer);
    for (const round of [1, 2]) isRead(buffer, 4, round);
  }
});

/** Pages that nobody touches take no memory; a machine may refuse to promise them all the same. */
function large(): SharedArrayBuffer | null {
  try {
    return new SharedArrayBuffer(2 ** 32 + 2 ** 30);
  } catch {
    return null;
  }
}
const past4GiB = large();
if (past4GiB === null) test.skip('shared memory past 4 GiB', 'this machine does not give so much address space');
else {
  test('shared memory past 4 GiB', () => {
    isRead(past4GiB, 4, 1);
    for (const [round, at] of [2 ** 32 + 4, 2 ** 32 - BYTES / 2, 2 ** 31 - 4, 2 ** 30 - 12].entries()) {
      isRead(past4GiB, at, round + 2);
    }
  });
}
