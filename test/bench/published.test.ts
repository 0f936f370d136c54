/** The measures of the table of published models, and the table itself. */
import * as assert from 'uvu/assert';
import { cosine, missed, relativeDifference, signalToNoise, together } from '../../bench/published/agreement.js';
import type { Measure } from '../../bench/published/model.js';
import { publishedTables } from '../../docs/.vitepress/site/published.js';
import { suite } from '../suite.js';

const test = suite('published models');

const of = (...values: number[]): Float32Array[] => [Float32Array.of(...values)];

test('measures of arrays', () => {
  assert.is(relativeDifference(of(1, -4), of(1, -3)), 0.25);
  assert.is(relativeDifference(of(0, 0), of(0, 0.5)), 0.5);
  assert.throws(() => relativeDifference(of(1), of(1, 2)), RangeError);
  assert.is(cosine(of(3, 0), of(5, 0)), 1);
  assert.is(cosine(of(1, 0), of(0, 1)), 0);
  assert.is(cosine(of(0, 0), of(0, 1)), 0);
  assert.ok(Math.abs(signalToNoise(of(0, 0)[0]!, of(10, 10)[0]!, 100) - 20) < 1e-9);
});

test('of several pictures the worst counts, and of shares the mean', () => {
  const measures = (difference: number, likeness: number, share: number): Measure[] => [
    { what: 'a', value: difference, kind: 'difference' },
    { what: 'b', value: likeness, kind: 'likeness' },
    { what: 'c', value: share, kind: 'share' },
  ];
  const found = together([measures(1, 0.5, 1), measures(3, 0.9, 0), measures(2, 0.7, 1), measures(0, 0.8, 0)]);
  assert.equal(
    found.map(({ what, value }) => [what, value]),
    [
      ['a', 3],
      ['b', 0.5],
      ['c', 0.5],
    ],
  );
  assert.equal(missed(found, [{ what: 'a', value: 3 }]), []);
  assert.match(missed(found, [{ what: 'a', value: 2.9 }])[0]!, 'at most 2.9');
  assert.match(missed(found, [{ what: 'c', value: 0.6 }])[0]!, 'at least 0.6');
  assert.match(missed(found, [{ what: 'd', value: 0 }])[0]!, 'not measured');
});

test('a measure that is not a number keeps no limit', () => {
  const nan: Measure = { what: 'a', value: Number.NaN, kind: 'difference' };
  const found = together([[{ ...nan, value: 1 }], [nan], [{ ...nan, value: 2 }]]);
  assert.is(missed(found, [{ what: 'a', value: 10 }]).length, 1);
});

test('the table says what was recorded, and refuses what it does not know', () => {
  const text = publishedTables();
  assert.match(text, '| network |');
  assert.throws(() => publishedTables('{"rows": []}'), TypeError);
});
