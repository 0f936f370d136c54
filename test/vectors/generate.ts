/** Writes spec/vectors: `npx tsx test/vectors/generate.ts`; with `--check` only compares, and fails on a difference. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { allFiles } from './generate/files.js';

const folder = new URL('../../spec/vectors/', import.meta.url);
const checking = process.argv.includes('--check');

for (const [name, text] of allFiles()) {
  const path = new URL(name, folder);
  if (!checking) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`spec/vectors/${name} is not what src/reference gives: run npx tsx test/vectors/generate.ts`);
    process.exitCode = 1;
  }
}
