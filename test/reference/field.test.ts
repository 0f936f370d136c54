import * as assert from 'uvu/assert';
import {
  aResidue,
  balanced,
  inverse,
  isCanonical,
  M31,
  modulo,
  multiply,
  P24,
  power,
} from '../../src/reference/index.js';
import { suite } from '../suite.js';

const test = suite('reference: field');

const edges = (p: bigint): bigint[] => [0n, 1n, 2n, (p - 1n) / 2n, (p + 1n) / 2n, p - 2n, p - 1n];
const primes = [3n, 5n, 7n, P24, M31];

test('the moduli are the stated primes', () => {
  assert.is(P24, 16777213n);
  assert.is(M31, 2147483647n);
  for (const p of [P24, M31]) {
    for (let d = 2n; d * d <= p; d++) if (p % d === 0n) assert.unreachable(`${p} is divisible by ${d}`);
  }
});

test('canonical and balanced represent the same class, in their ranges', () => {
  for (const p of primes) {
    for (const a of edges(p).flatMap((value) => [value, -value, value + p, value - 3n * p])) {
      const canonical = modulo(a, p);
      const centred = balanced(a, p);
      assert.ok(isCanonical(canonical, p));
      assert.ok(centred >= -(p - 1n) / 2n && centred <= (p - 1n) / 2n);
      assert.is((a - canonical) % p, 0n);
      assert.is((a - centred) % p, 0n);
    }
  }
});

test('inverses and Fermat, on every pair of edges', () => {
  for (const p of primes) {
    for (const a of edges(p).filter((value) => modulo(value, p) !== 0n)) {
      assert.is(multiply(a, inverse(a, p), p), 1n);
      assert.is(power(a, p - 1n, p), 1n);
      for (const b of edges(p)) assert.is(multiply(multiply(a, b, p), inverse(a, p), p), modulo(b, p));
    }
  }
  assert.throws(() => inverse(0n, 7n), /zero has no inverse/);
});

test('a residue is refused outside its range and outside its type', () => {
  assert.is(aResidue(6n, 7n, 'a'), 6n);
  assert.throws(
    () => aResidue(7n, 7n, 'a'),
    (error: unknown) => error instanceof RangeError,
  );
  assert.throws(
    () => aResidue(-1n, 7n, 'a'),
    (error: unknown) => error instanceof RangeError,
  );
  assert.throws(
    () => aResidue(1 as unknown as bigint, 7n, 'a'),
    (error: unknown) => error instanceof TypeError,
  );
});
