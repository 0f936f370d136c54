import * as fc from 'fast-check';
import * as t from 'io-ts';
import * as assert from 'uvu/assert';
import {
  chosen,
  decode,
  finiteNumber,
  list,
  matching,
  nonEmptyString,
  oneOf,
  orNull,
  positiveNumber,
  strictObject,
  wholeNumber,
} from '../../src/boundary/codecs.js';
import { check, suite } from '../suite.js';

const test = suite('codecs');

function refusal(type: t.Mixed, value: unknown): string {
  try {
    decode(type, value, 'it');
  } catch (error) {
    assert.instance(error, TypeError);
    return (error as TypeError).message;
  }
  throw new Error(`accepted ${String(value)}`);
}

const point = strictObject({ x: wholeNumber(0, 9), y: wholeNumber(0, 9) }, { label: nonEmptyString });

test('a whole number is whole, safe and within its limits', () => {
  assert.is(decode(wholeNumber(-3, 7), -3, 'it'), -3);
  assert.is(decode(wholeNumber(-3, 7), 7, 'it'), 7);
  for (const wrong of [-4, 8, 0.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '3', 3n, null, undefined, true]) {
    assert.match(refusal(wholeNumber(-3, 7), wrong), 'it must be a whole number from -3 to 7, not ');
  }
  assert.ok(t.Int.is(2 ** 60), 'the trap this codec is for');
  const widest = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  refusal(widest, 2 ** 60);
  assert.throws(() => wholeNumber(0, 2 ** 60), /safe integers/);
  assert.throws(() => wholeNumber(3, 2), /in order/);
});

test('a finite number is neither NaN nor infinite', () => {
  assert.ok(t.number.is(Number.NaN) && t.number.is(Number.POSITIVE_INFINITY), 'the trap this codec is for');
  assert.is(decode(finiteNumber, 1e-300, 'it'), 1e-300);
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1', null]) {
    assert.match(refusal(finiteNumber, wrong), /^it must be a finite number, not /);
  }
});

test('strings: not empty, or one of a few', () => {
  assert.is(decode(nonEmptyString, ' ', 'it'), ' ');
  refusal(nonEmptyString, '');
  refusal(nonEmptyString, Object('boxed'));
  assert.is(decode(oneOf('a', 'b'), 'b', 'it'), 'b');
  assert.is(refusal(oneOf('a', 'b'), 'c'), 'it must be "a" or "b", not "c"');
});

test('above zero, matching a pattern, or null', () => {
  assert.is(decode(positiveNumber, 1e-9, 'it'), 1e-9);
  for (const wrong of [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
    assert.match(refusal(positiveNumber, wrong), /^it must be a number above 0, not /);
  }
  const digits = matching('decimal digits', /^\d+$/);
  assert.is(decode(digits, '007', 'it'), '007');
  for (const wrong of ['', '1\n', '-1', 7]) assert.match(refusal(digits, wrong), /^it must be decimal digits, not /);
  assert.is(decode(orNull(wholeNumber(0, 9)), null, 'it'), null);
  assert.is(decode(orNull(wholeNumber(0, 9)), 9, 'it'), 9);
  assert.is(refusal(orNull(wholeNumber(0, 9)), 10), 'it must be a whole number from 0 to 9, or null, not 10');
  refusal(orNull(wholeNumber(0, 9)), undefined);
  assert.is(refusal(strictObject({ a: orNull(point) }), { a: { x: 1 } }), 'it.a.y is missing');
});

test('one form or another: messages speak of the one that was meant', () => {
  const form = chosen(
    'a point or a list of points',
    (value) => (Array.isArray(value) ? list(point, 3) : point) as never,
  );
  assert.equal(decode(form, [{ x: 1, y: 2 }], 'it'), [{ x: 1, y: 2 }]);
  assert.is(refusal(form, [{ x: 1, y: 10 }]), 'it[0].y must be a whole number from 0 to 9, not 10');
  assert.is(refusal(form, 'p'), 'it must be a point or a list of points, not "p"');
});

test('an object has exactly the declared fields, its own', () => {
  assert.equal(decode(point, { x: 1, y: 2 }, 'it'), { x: 1, y: 2 });
  assert.equal(decode(point, { x: 1, y: 2, label: 'p' }, 'it'), { x: 1, y: 2, label: 'p' });
  assert.equal(decode(point, Object.assign(Object.create(null), { x: 1, y: 2 }), 'it'), { x: 1, y: 2 });
  assert.is(refusal(point, { x: 1 }), 'it.y is missing');
  assert.is(refusal(point, { x: 1, y: 2, z: 3 }), 'it must not have the field "z"');
  assert.is(refusal(point, { x: 1, y: 2, [Symbol('s')]: 3 }), 'it must not have the field "Symbol(s)"');
  assert.is(
    refusal(point, { x: 1, y: 2, label: undefined }),
    'it.label must be a string that is not empty, not undefined',
  );
  for (const wrong of [null, [], 'x', 3, () => 0]) assert.match(refusal(point, wrong), /^it must be an object, not /);
});

test('an object cannot bring a prototype along', () => {
  const polluted: unknown = JSON.parse('{"x":1,"y":2,"__proto__":{"label":"p"}}');
  assert.is(refusal(point, polluted), 'it must not have the field "__proto__"');
  assert.ok(t.record(t.string, t.unknown).is(polluted), 'the trap this codec is for');
  assert.is(refusal(point, Object.create({ x: 1, y: 2 })), 'it must be a plain object');
  assert.is(
    refusal(
      point,
      new (class Point {
        x = 1;
        y = 2;
      })(),
    ),
    'it must be a plain object',
  );
  assert.is(refusal(point, new Map()), 'it must be a plain object');
  assert.is(refusal(strictObject({ toString: finiteNumber }), {}), 'it.toString is missing');
});

test('a field is data, not a getter that may answer differently later', () => {
  let reads = 0;
  const sly = {
    y: 2,
    get x(): number {
      reads++;
      return 1;
    },
  };
  assert.is(refusal(point, sly), 'it must not compute the field "x"');
  assert.is(reads, 0);
});

test('what was decoded is a copy', () => {
  const source = { x: 1, y: 2 };
  const copy = decode(list(point, 3), [source], 'it');
  source.x = 99;
  assert.equal(copy, [{ x: 1, y: 2 }]);
});

test('a list has a greatest length and no holes', () => {
  const numbers = list(finiteNumber, 3);
  assert.equal(decode(numbers, [], 'it'), []);
  assert.equal(decode(numbers, [1, 2, 3], 'it'), [1, 2, 3]);
  assert.is(refusal(numbers, [1, 2, 3, 4]), 'it must be a list of at most 3 entries, not a list of 4 entries');
  const holed = [1, 2, 3];
  delete holed[1];
  assert.is(refusal(numbers, holed), 'it[1] is missing');
  refusal(numbers, { length: 0 });
  refusal(numbers, new Float32Array(2));
});

test('a refusal names the path, in one short line', () => {
  const type = strictObject({ rows: list(strictObject({ cells: list(wholeNumber(0, 1), 2) }), 2) });
  assert.is(
    refusal(type, { rows: [{ cells: [1] }, { cells: [0, 5] }] }),
    'it.rows[1].cells[1] must be a whole number from 0 to 1, not 5',
  );
  const long = refusal(finiteNumber, `line\n${'x'.repeat(10_000)}`);
  assert.ok(long.length < 200 && !long.includes('\n'), long);
});

test('whatever comes in, decoding answers or throws a TypeError', () =>
  check(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (value) => {
      const types: t.Mixed[] = [point, list(point, 5), wholeNumber(0, 5), finiteNumber, nonEmptyString];
      for (const type of types) {
        try {
          assert.ok(type.is(decode(type, value, 'it')));
        } catch (error) {
          assert.instance(error, TypeError);
        }
      }
    }),
    300,
  ));
