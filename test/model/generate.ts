/**
 * Makes spec/model/traces anew with `quint run`: one trace to every witness, and random ones.
 *   npx tsx test/model/generate.ts            write
 *   npx tsx test/model/generate.ts --check    only compare: the same seeds give the same files
 * Takes minutes. With names of witnesses, only their traces are made, and no others are touched.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../cli/slalom.js';
import { modelFile } from './quint.js';
import { tracesFolder } from './traces.js';
import { witnesses } from './witnesses.js';

const RANDOM_TRACES = 14;
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const quint = join(root, 'node_modules', '.bin', 'quint');

/** Runs the simulator; a violated invariant is how a witness is found. */
function run(out: string, seed: number, options: readonly string[]): void {
  const fixed = ['run', modelFile, '--backend', 'typescript', '--verbosity', '0', '--seed', String(seed)];
  const { status, stderr } = spawnSync(quint, [...fixed, '--out-itf', out, ...options], { encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`quint ended with ${status}: ${stderr}`);
}

/** Without dates and places, one state a line. */
function tidy(text: string): string {
  const { vars, states } = JSON.parse(text) as { vars: string[]; states: Record<string, unknown>[] };
  const lines = states.map((state) => `    ${JSON.stringify(state)}`).join(',\n');
  const meta = { format: 'ITF', source: 'spec/model/session.qnt' };
  return `{\n  "#meta": ${JSON.stringify(meta)},\n  "vars": ${JSON.stringify(vars)},\n  "states": [\n${lines}\n  ]\n}\n`;
}

const made = new Map<string, string>();
const folder = mkdtempSync(join(tmpdir(), 'traces-'));
try {
  const out = join(folder, 'trace.itf.json');
  for (const [index, witness] of witnesses.entries()) {
    if (only.length > 0 && !only.includes(witness)) continue;
    run(out, 100 + index, ['--invariant', `not(${witness})`, '--max-steps', '40', '--max-samples', '5000']);
    made.set(`to-${witness}.itf.json`, tidy(readFileSync(out, 'utf8')));
  }
  for (let index = 1; only.length === 0 && index <= RANDOM_TRACES; index++) {
    run(out, 1000 + index, ['--max-steps', '40', '--max-samples', '1']);
    made.set(`random-${String(index).padStart(2, '0')}.itf.json`, tidy(readFileSync(out, 'utf8')));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const committed = readdirSync(tracesFolder)
  .filter((name) => name.endsWith('.itf.json'))
  .filter((name) => only.length === 0 || made.has(name));
if (process.argv.includes('--check')) {
  const different = [...new Set([...committed, ...made.keys()])].filter((name) => {
    return !committed.includes(name) || readFileSync(join(tracesFolder, name), 'utf8') !== made.get(name);
  });
  for (const name of different) console.log(`${name} is not what the model gives`);
  process.exitCode = different.length === 0 ? 0 : 1;
} else {
  for (const name of committed) rmSync(join(tracesFolder, name));
  for (const [name, text] of made) writeFileSync(join(tracesFolder, name), text);
}
console.log(`${made.size} traces`);
