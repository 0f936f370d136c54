/** `slalom conformance` and `slalom devices`, as processes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../suite.js';
import { refused, root, slalom } from './slalom.js';

const test = suite('cli: conformance');

let folder: string;
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-'));
});
test.after(() => rmSync(folder, { recursive: true }));

/** Writes a module whose default export opens a device, and returns its path. */
function moduleFile(name: string, body: string): string {
  const path = join(folder, name);
  const reference = pathToFileURL(join(root, 'dist', 'reference', 'index.js')).href;
  writeFileSync(path, `import { referenceDevice } from '${reference}';\n${body}\n`);
  return path;
}

test('a device of ours passes', async () => {
  const { code, out } = await slalom(['conformance', '--device', 'wasm', '--seed', '7']);
  assert.is(code, 0);
  assert.match(out, /accumulators at their bound +\d+ +0/);
  assert.match(out, /\d+ passed, 0 failed/);
});

test('a device that somebody brings as a file passes', async () => {
  const file = moduleFile('right.mjs', "export default async () => ({ ...referenceDevice(), name: 'brought' });");
  const { code, out } = await slalom(['conformance', '--device', file, '--json']);
  assert.is(code, 0);
  const report = JSON.parse(out) as { device: string; passed: number; failed: number };
  assert.is(report.device, 'brought');
  assert.is(report.failed, 0);
  assert.ok(report.passed > 500);
});

test('a device that rounds fails with exit code 3, and the table says where', async () => {
  const file = moduleFile(
    'wrong.mjs',
    `export default async () => {
      const exact = referenceDevice();
      return { ...exact, async load(map, modulus) {
        const loaded = await exact.load(map, modulus);
        return { ...loaded, apply: async (x) => (await loaded.apply(x)).map(Math.fround) };
      } };
    };`,
  );
  const { code, out, err } = await slalom(['conformance', '--device', file]);
  assert.is(code, 3);
  assert.match(out, /instead of/);
  assert.match(err, /is not exact/);
});

test('what is no device is exit code 2', async () => {
  await refused(['conformance'], /required option '--device/);
  await refused(['conformance', '--device', join(folder, 'none.mjs')], /nor a file that exists/);
  await refused(
    ['conformance', '--device', moduleFile('number.mjs', 'export default 7;')],
    /must export as default a function/,
  );
  await refused(
    ['conformance', '--device', moduleFile('empty.mjs', 'export default () => ({});')],
    /no name, load and close/,
  );
  await refused(['conformance', '--device', moduleFile('syntax.mjs', 'export default (;')], /cannot be loaded/);
  await refused(['conformance', '--device', 'wasm', '--seed', 'x'], /--seed takes a whole number/);
});
