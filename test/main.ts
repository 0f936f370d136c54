/**
 * Runs the tests: `node --import tsx test/main.ts [part of a file name ...]`.
 * Ends with the line `N passed, N failed, N skipped`; exits 1 on a failure, on an empty file, and on no tests at all.
 */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { registered, seed } from './suite.js';
import { queue } from './uvu-setup.js';

const root = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

console.log(`seed ${seed} (set SLALOM_SEED to change it)`);
let failed = 0;
for (const name of files) {
  const before = registered.length;
  await import(pathToFileURL(join(root, name)).href);
  const added = registered.slice(before);
  if (added.length === 0 || added.some((suite) => suite.count === 0)) {
    console.log(`FAIL ${relative(root, join(root, name))} registers no tests`);
    failed++;
  }
}
for (const suite of registered) suite.run();

let passed = 0;
let skipped = 0;
for (const runner of queue()) {
  const [errors, ran, skips, total] = await runner();
  passed += ran;
  skipped += skips;
  failed += total - ran;
  if (errors !== true) process.stdout.write(`\n${errors}\n`);
}
if (passed + failed === 0) {
  console.log('FAIL no test ran');
  failed++;
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
