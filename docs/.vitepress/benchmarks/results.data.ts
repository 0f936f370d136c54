/** Reads bench/results when the site is built. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { defineLoader } from 'vitepress';
import { type Results, readResults } from './results.js';

declare const data: Results;

export { data };

export default defineLoader({
  watch: ['../../../bench/results/*.json'],
  load: (files): Results => readResults(new Map(files.map((file) => [basename(file), readFileSync(file, 'utf8')]))),
});
