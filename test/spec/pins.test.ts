/** A pinned line counts only as code, where the table says. Every way around that fails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type ts from 'typescript';
import * as assert from 'uvu/assert';
import { root } from '../cli/slalom.js';
import { suite } from '../suite.js';
import { declarationIn, parse } from './declarations.js';
import { complaint, pinsOf, TABLE } from './pins.js';

const test = suite('specification: pins');

const pins = pinsOf(readFileSync(TABLE, 'utf8'));
const source = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What is said of a pin when its file had this text. */
function said(place: string, line: string, text: string): string | null {
  return complaint({ place, model: 'a.model', line }, (path): ts.SourceFile => parse(path, text));
}

test('every pinned line stands where the table says', () => {
  assert.ok(pins.length >= 92);
  for (const pin of pins) assert.is(complaint(pin), null);
});

test('every pinned line that is commented out is missed', () => {
  for (const { place, model, line } of pins) {
    const path = place.split('#')[0]!;
    const marked = (mark: (line: string) => string): string =>
      source(path).replaceAll(/^.*$/gm, (whole) => whole.replace(line, mark));
    const tree = (text: string) => (): ts.SourceFile => parse(path, text);
    assert.is(complaint({ place, model, line }, tree(marked((whole) => whole))), null);
    for (const mark of [(whole: string) => `// ${whole}`, (whole: string) => `/* ${whole} */`]) {
      assert.type(complaint({ place, model, line }, tree(marked(mark))), 'string', `${place} ${line}`);
    }
  }
});

const LINE = 'const LIMIT = 2 ** 31 - 1;';
const body = (inner: string): string => `export function limit(): number {\n${inner}\n  return LIMIT;\n}\n`;

test('a line counts as code of its declaration, however it is spaced', () => {
  assert.is(said('a.ts#limit', LINE, body(`  ${LINE}`)), null);
  assert.is(said('a.ts#limit', LINE, body('  const LIMIT  = 2**31 - 1; // as an int32')), null);
});

test('a line in a comment, a string, a template or documentation does not count', () => {
  for (const inner of [
    `  // ${LINE}\n  const LIMIT = 5;`,
    `  /*\n  ${LINE}\n  */ const LIMIT = 5;`,
    `  const LIMIT = '${LINE}'.length;`,
    `  const LIMIT = \`\n  ${LINE}\n  \`.length;`,
    `  /**\n   * ${LINE}\n   ${LINE}\n   */\n  const LIMIT = 5;`,
  ]) {
    assert.match(said('a.ts#limit', LINE, body(inner)) ?? '', 'a.ts#limit has no line');
  }
});

test('a line of another declaration, a part of a line, or a changed constant does not count', () => {
  assert.match(said('a.ts#other', LINE, `${body(`  ${LINE}`)}\nfunction other() {}`) ?? '', 'has no line');
  assert.match(said('a.ts#gone', LINE, body(`  ${LINE}`)) ?? '', 'declares no gone');
  for (const changed of [LINE.replace('31', '30'), `let x = 0, y = 1; ${LINE}`, LINE.replace(';', ', MORE = 1;')]) {
    assert.type(said('a.ts#limit', LINE, body(`  ${changed}`)), 'string', changed);
  }
});

test('a row without a declaration is told where its line stands', () => {
  assert.match(said('a.ts', LINE, body(`  ${LINE}`)) ?? '', 'the line stands in: a.ts#limit');
});

test('a pin of which a part would not be compared is refused', () => {
  assert.match(said('a.ts#limit', 'const LIMIT = 5; // as it is', body('  const LIMIT = 5;')) ?? '', 'not only code');
});

const FOLD = 'fn fold(a: u32) -> u32 { return (a & 7u) + (a >> 3u); }';
const kernel = (text: string): string => `const OTHER = \`${FOLD}\`;\nconst KERNEL = /* wgsl */ \`\n${text}\`;\n`;

test('a line of a kernel counts in the text of its declaration, outside of its comments and strings', () => {
  const pinned = (text: string): string | null => said('a.ts#KERNEL:text', FOLD, kernel(text));
  assert.is(pinned(`// a fold\n${FOLD} // modulo 7\n`), null);
  for (const text of [
    '',
    `// ${FOLD}\n`,
    `/* a /* comment */\n${FOLD}\n*/\n`,
    `"\\\n${FOLD}\\\n"`.replaceAll('\n', ''),
    `#if 0\n${FOLD}\n#endif\n`,
    FOLD.replace('7u', '15u'),
    `const x = ${FOLD}\n`,
  ]) {
    assert.type(pinned(text), 'string', text);
  }
  assert.type(said('a.ts#KERNEL', FOLD, kernel(FOLD)), 'string');
  assert.type(said('a.ts#KERNEL:text', FOLD, `// \`${FOLD}\`\nconst KERNEL = '';`), 'string');
});

test('a figure cannot be satisfied by a copy in a comment', () => {
  const file = parse('a.ts', `// ${LINE}\n/* ${LINE} */\nconst LIMIT = 5;\n`);
  assert.is(declarationIn(file, 'LIMIT'), 'const LIMIT = 5;');
  assert.throws(() => declarationIn(parse('a.ts', `/* ${LINE} */`), 'LIMIT'), /declares no LIMIT/);
});
