/** The figures of the specification are the code, and its table of symbols names what is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../cli/slalom.js';
import { suite } from '../suite.js';
import { declaration, declares } from './declarations.js';
import { excerpts, unmarkedBlocks } from './excerpts.js';

const test = suite('specification: excerpts');

test('every figure is the declaration that it names', () => {
  const all = excerpts();
  assert.ok(all.length >= 15);
  for (const { file, path, name, text } of all) {
    assert.is(text, declaration(path, name), `${file}: ${path}#${name} (npx tsx test/spec/excerpts.ts --update)`);
  }
  console.log(`${all.length} excerpts compared`);
});

test('no code stands in the specification without a source', () => {
  assert.equal(unmarkedBlocks(), []);
});

test('a declaration is found wherever it stands, and a change of it is seen', () => {
  assert.match(declaration('src/reference/field.ts', 'P24'), /^export const P24 = 2n \*\* 24n - 3n;$/);
  assert.match(declaration('src/protocol/session.ts', 'Session.#reject'), /^#reject\(\): never \{\n {2}this\.#destroy/);
  assert.throws(() => declaration('src/reference/field.ts', 'P25'), /declares no P25/);
});

test('every symbol of notation.md has a code name that exists in the file named, a unit and a range', () => {
  const text = readFileSync(join(root, 'spec', 'notation.md'), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('src/'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  assert.ok(rows.length >= 30);
  for (const [symbol, meaning, names, unit, range, files] of rows) {
    for (const cell of [symbol, meaning, names, unit, range, files]) assert.ok(cell, `an empty cell at ${symbol}`);
    const paths = [...files!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
    for (const path of paths) assert.ok(existsSync(join(root, path)), `${path} does not exist`);
    for (const [, name] of names!.matchAll(/`([^`]+)`/g)) {
      assert.ok(
        paths.some((path) => declares(path, name!)),
        `${symbol}: ${paths.join(', ')} declare no ${name}`,
      );
    }
  }
});
