/** The vector files as files: made from the reference alone, of the schema's form, and sensitive to every byte. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../suite.js';
import { format } from './format.js';
import { stale } from './generate/files.js';
import { changed, objects } from './run/mutate.js';
import { type Name, names, read, textOf } from './run/read.js';
import { fits, objectsIn } from './run/schema.js';
import { files, schema } from './shapes/schema.js';

const test = suite('vector files');
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'spec/vectors');
const committed = (file: string): string => readFileSync(join(folder, file), 'utf8');

test('the committed files are what the reference gives', () => {
  assert.equal(stale(committed), []);
  assert.equal(readdirSync(folder).sort(), [...names.map((name) => `${name}.json`), 'README.md', 'schema.json'].sort());
});

test('one flipped byte anywhere is noticed', () => {
  for (const name of names) {
    const text = textOf(name);
    for (let part = 0; part < 3; part++) {
      const at = Math.floor((text.length * (2 * part + 1)) / 6);
      const flipped = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      assert.equal(
        stale((file) => (file === `${name}.json` ? flipped : committed(file))),
        [`${name}.json`],
      );
    }
  }
});

/** What a file imports while it runs, and what these files import in turn. */
function runtimeImports(path: string, seen = new Set<string>()): Set<string> {
  const statements = readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)';/gms);
  for (const [, specifier] of statements) {
    if (!specifier!.startsWith('.')) seen.add(specifier!);
    else {
      const target = join(dirname(path), specifier!.replace(/\.js$/, '.ts'));
      if (seen.has(relative(root, target))) continue;
      seen.add(relative(root, target));
      runtimeImports(target, seen);
    }
  }
  return seen;
}

test('the generator computes with the reference, on the types of the model, and with nothing else', () => {
  const found = [...runtimeImports(join(root, 'test/vectors/generate.ts'))];
  assert.ok(found.includes('src/reference/index.ts') && found.length > 20);
  const allowed = /^(node:fs|src\/(reference|model)\/[\w-]+\.ts|test\/vectors\/(generate\/[\w-]+|format)\.ts)$/;
  assert.equal(
    found.filter((path) => !allowed.test(path)),
    [],
  );
  for (const path of found.filter((name) => name.startsWith('test/'))) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const word of ['Math.' + 'random', 'crypto', 'Date', 'import(']) assert.not.ok(text.includes(word), path);
  }
});

test('the schema names the fields the codecs name, and lets nothing else in', () => {
  assert.is(committed('schema.json'), format(schema()));
  const described = objectsIn(JSON.parse(committed('schema.json')));
  assert.ok(described.length > 50);
  for (const { additionalProperties, properties, required } of described) {
    assert.is(additionalProperties, false);
    assert.equal(Object.keys(properties as object), required);
  }
});

test('schema and codecs accept every file, and refuse a field too many or too few anywhere', () => {
  const published = JSON.parse(committed('schema.json'));
  for (const name of names) {
    const content: unknown = JSON.parse(textOf(name));
    assert.ok(fits(content, published), `${name}.json does not fit the schema`);
    read(name);
    const definition = published.$defs[name];
    const all = objects(content);
    const step = Math.ceil(all.length / 25);
    for (const path of all.filter((_, index) => index % step === 0)) {
      const more = changed(content, path, (object) => {
        object.extra = 1;
      });
      const less = changed(content, path, (object) => {
        delete object[Object.keys(object)[0]!];
      });
      for (const wrong of [more, less]) {
        assert.is(fits(wrong, definition, published), false, `the schema lets ${name} ${path.join('.')} pass`);
        assert.is(files[name].codec.is(wrong), false, `the codec lets ${name} ${path.join('.')} pass`);
      }
    }
  }
});

interface AnyTest {
  readonly id: number;
  readonly comment: string;
  readonly result: string;
  readonly bugType?: string;
}

const testsOf = (name: Name): AnyTest[] => read(name).groups.flatMap((group): AnyTest[] => group.tests);

test('tests are numbered without gaps, and the README lists every bug type and no other', () => {
  const bugTypes = new Set<string>();
  for (const name of names) {
    const tests = testsOf(name);
    const ids = tests.map(({ id }) => id).sort((a, b) => a - b);
    assert.equal(
      ids,
      ids.map((_, index) => index + 1),
    );
    for (const { bugType } of tests) if (bugType !== undefined) bugTypes.add(bugType);
  }
  const readme = committed('README.md');
  const listed = [...readme.matchAll(/^\| `(bad_\w+)` \|/gm)].map(([, bugType]) => bugType!);
  assert.equal(listed, [...bugTypes].sort());
  for (const name of names) assert.ok(readme.includes(`\`${name}.json\``), `the README does not name ${name}.json`);
});

test('all of it stays small', () => {
  assert.ok(existsSync(folder));
  const sizes = readdirSync(folder).map((file) => Buffer.byteLength(committed(file)));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 1_500_000);
});
