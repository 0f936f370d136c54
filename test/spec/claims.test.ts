/** What the specification names exists: theorems, tests and files; and no claim is without them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../cli/slalom.js';
import { invariants, witnesses } from '../model/witnesses.js';
import { suite } from '../suite.js';
import { claimsGolden, claimTexts, rows, theoremsOf } from './claims-golden.js';

const test = suite('specification');

const folder = join(root, 'spec');
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const status = readFileSync(join(folder, 'proofs', 'STATUS.md'), 'utf8');

test('every theorem that is named is proved', () => {
  const named = texts.flatMap(({ text }) =>
    [...text.matchAll(/`([a-z][A-Za-z0-9]*_[A-Za-z0-9_]+)`/g)].map(([, theorem]) => theorem!),
  );
  assert.ok(named.length > 20);
  for (const theorem of named) assert.match(status, `\`${theorem}\``, `${theorem} is not in spec/proofs/STATUS.md`);
});

const statements = readFileSync(join(folder, 'proofs', 'statements.golden'), 'utf8');
const pinned = readFileSync(join(folder, 'claims.golden'), 'utf8');
const claimed = claimTexts.map((name) => texts.find((text) => text.name === name)!);

test('every row of the claims and the theorems it names are as a reviewer read them together', () => {
  assert.is(
    claimsGolden(claimed, statements),
    pinned,
    'a row or a statement changed: read whether the theorem states what the row says, then run node --import tsx test/spec/pin-claims.ts',
  );
});

test('a row with another theorem, other words or another error is noticed, and so is a theorem with another statement', () => {
  const differs = (texts: typeof claimed, golden: string): boolean => claimsGolden(texts, golden) !== pinned;
  let mutants = 0;
  for (const { name, text } of claimed) {
    const changed = (line: string, to: string): typeof claimed =>
      claimed.map((other) => (other.name === name ? { name, text: text.replace(line, () => to) } : other));
    const lines = text.split('\n').filter((line) => line.startsWith('|') && theoremsOf([line]).length > 0);
    assert.ok(lines.length > 0, name);
    for (const line of lines) {
      for (const theorem of theoremsOf([line])) {
        const other = theorem === 'fold_fits' ? 'lane_fits' : 'fold_fits';
        assert.ok(differs(changed(line, line.replace(theorem, other)), statements), `${theorem} swapped in: ${line}`);
        const head = new RegExp(`^== \\w+\\.${theorem}\\n[\\s\\S]*?\\n-- assumptions$`, 'm').exec(statements)![0];
        const weaker = head.replace(/\n-- assumptions$/, ' + 1\n-- assumptions');
        assert.ok(
          differs(
            claimed,
            statements.replace(head, () => weaker),
          ),
          `${theorem} with another statement`,
        );
        mutants += 2;
      }
      // The words of the row, one cell after another, the error among them.
      const cells = line.split(/(?<!\\)\|/);
      for (let index = 1; index < cells.length - 1; index++) {
        const words = cells.map((cell, at) => (at === index ? `${cell.trimEnd()} or n times that ` : cell)).join('|');
        assert.ok(differs(changed(line, words), statements), words);
        mutants++;
      }
    }
  }
  assert.ok(mutants > 100);
});

test('every test and source that is named exists', () => {
  const named = texts.flatMap(({ text }) => [...text.matchAll(/`((?:test|src)\/[\w/.-]+)`/g)].map(([, path]) => path!));
  assert.ok(named.length > 20);
  for (const path of named) assert.ok(existsSync(join(root, path)), `${path} does not exist`);
});

test('every claim has a section, a theorem, a part of the model, a test and vectors', () => {
  const named = new Set([...invariants, ...witnesses]);
  const claims = rows(texts.find(({ name }) => name === 'README.md')!.text).slice(1);
  assert.ok(claims.length >= 12);
  const slalom = texts.find(({ name }) => name === 'slalom.md')!.text;
  for (const cells of claims) {
    assert.is(cells.length, 6);
    const [, section, , model, , vectors] = cells as [string, string, string, string, string, string];
    const [, number] = /^\[([\d.]+)\]/.exec(section) ?? [];
    assert.ok(new RegExp(`^(## )?${number?.replace('.', '\\.')}[. ]`, 'm').test(slalom), `no section ${section}`);
    for (const [, name] of model.matchAll(/`(\w+)`/g)) assert.ok(named.has(name!), `the model has no ${name}`);
    const files = [...vectors.matchAll(/\((vectors\/\w+\.json)\)/g)].map(([, path]) => path!);
    assert.ok(files.length > 0 && files.every((path) => existsSync(join(folder, path))), `vectors: ${vectors}`);
    for (const cell of cells) assert.not.equal(cell, '', `empty cell beside "${cells[0]}"`);
  }
  const guarantees = claims.map(([claim]) => claim!).join('\n');
  for (const promise of [/accepted with probability/, /uniform noise/, /in the clear/])
    assert.match(guarantees, promise);
});

test('the tables of the model name every invariant', () => {
  const text = readFileSync(join(folder, 'model', 'README.md'), 'utf8');
  for (const name of invariants) assert.match(text, `| \`${name}\` |`);
});

test('every test that is quoted by its title has that title', () => {
  const sources = new Map<string, string>();
  for (const { text } of texts) {
    for (const [, path, quoted] of text.matchAll(/`(test\/[\w/.-]+\.ts)` \("([^"]+)"\)/g)) {
      if (!sources.has(path!)) sources.set(path!, readFileSync(join(root, path!), 'utf8'));
      assert.ok(sources.get(path!)!.includes(quoted!), `${path} has no test about "${quoted}"`);
    }
  }
  assert.ok(sources.size > 0);
});
