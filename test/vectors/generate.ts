/** Writes spec/vectors: `npx tsx test/vectors/generate.ts`; with `--check` only compares, and fails on a difference. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { allFiles, stale } from './generate/files.js';

const at = (name: string): URL => new URL(`../../spec/vectors/${name}`, import.meta.url);

if (process.argv.includes('--check')) {
  for (const name of stale((file) => (existsSync(at(file)) ? readFileSync(at(file), 'utf8') : null))) {
    console.error(`spec/vectors/${name} is not what src/reference gives: run npx tsx test/vectors/generate.ts`);
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of allFiles()) writeFileSync(at(name), text);
}
