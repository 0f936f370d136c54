/** The name of a session's maps, from the text of the specification alone. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { mapsHash } from '../../src/protocol/maps-hash.js';
import type { LinearMap } from '../../src/reference/index.js';
import { root } from '../cli/slalom.js';
import { suite } from '../suite.js';

const test = suite('specification: names of maps');

const text = readFileSync(join(root, 'spec', 'slalom.md'), 'utf8');
const [, block] = /```json\n([\s\S]*?)\n```/.exec(text)!;
const [, stated] = /The name of these two is `([0-9a-f]{64})`/.exec(text)!;
const records = block!.split('\n');
const weights = [[1, -2, 3, 4], [258]];

test('the records and the name in the text are what sessions compute', async () => {
  const maps = records.map((record, at) => ({ ...JSON.parse(record), weights: Int16Array.from(weights[at]!) }));
  assert.is(await mapsHash(maps as LinearMap[]), stated);
});

test('who follows the text gets the same', () => {
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  for (const [at, record] of records.entries()) {
    const bytes = Buffer.alloc(2 * weights[at]!.length);
    for (const [place, weight] of weights[at]!.entries()) bytes.writeInt16LE(weight, 2 * place);
    assert.is(JSON.parse(record).weights, sha256(bytes));
  }
  assert.is(sha256(['slalom maps 1', ...records].join('\n')), stated);
});
