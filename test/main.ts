/**
 * Runs the tests: `node --import tsx test/main.ts [--jobs N] [--long | --all] [part of a file name ...]`.
 * Files run in as many processes as there are cores (`--jobs`). Long tests are left out, unless `--long` (only those) or `--all`
 * is given. Ends with the line `N passed, N failed, N skipped`; exits 1 on a failure, on an empty file, and on no tests at all.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runFiles } from './processes.js';
import { seed } from './suite.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string' }, long: { type: 'boolean' }, all: { type: 'boolean' } },
});
const jobs = Number(values.jobs ?? availableParallelism());
const which = values.all ? 'all' : values.long ? 'long' : 'quick';

/** Files that take long, so that none of them begins when the others are done. */
const FIRST = [
  'docs/demo',
  'docs/',
  'session/devices',
  'fast/cuda',
  'cli/run',
  'conformance/',
  'session/saboteurs',
  'bench/accuracy',
  'cli/',
  'session/',
  'faces/',
  'formats/',
  'bench/',
];
const rank = (name: string): number =>
  (FIRST.findIndex((part) => name.startsWith(part)) + FIRST.length + 1) % (FIRST.length + 1);

const files = readdirSync(fileURLToPath(new URL('./', import.meta.url)), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

console.log(`seed ${seed} (set SLALOM_SEED to change it), ${files.length} files, ${jobs} at a time, ${which} tests`);
const { passed, failed, skipped, elsewhere } = await runFiles(files, { jobs, which });
if (which === 'quick' && elsewhere > 0) console.log(`${elsewhere} long tests were left out: npm run test:long`);
if (passed + failed === 0) console.log('FAIL no test ran');
console.log(`${passed} passed, ${Math.max(failed, passed + failed === 0 ? 1 : 0)} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
