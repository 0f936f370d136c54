/**
 * Makes spec/model/traces anew: the shortest of many random runs to every witness, and random runs as they come.
 *   npx tsx test/model/generate.ts            write
 *   npx tsx test/model/generate.ts --check    only compare: the same seeds give the same files
 * The runs are made by the translated model; `model.test.ts` holds every step of them to Quint's own evaluator.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledModel, itfState, type Variables } from './compiled.js';
import { modelText } from './quint.js';
import { tracesFolder } from './traces.js';
import { walk } from './walk.js';
import { witnesses } from './witnesses.js';

const STEPS = 40;
const RANDOM_TRACES = 14;
/** Runs that are searched for witnesses. */
const RUNS = 1500;

/** One state a line, in the Informal Trace Format. */
function written(states: readonly Variables[]): string {
  const lines = states.map((state) => `    ${JSON.stringify(itfState(state))}`).join(',\n');
  const meta = { format: 'ITF', source: 'spec/model/session.qnt' };
  const vars = Object.keys(states[0]!).sort();
  return `{\n  "#meta": ${JSON.stringify(meta)},\n  "vars": ${JSON.stringify(vars)},\n  "states": [\n${lines}\n  ]\n}\n`;
}

const model = new CompiledModel(modelText);
const predicates = witnesses.map((name) => ({ name, reached: model.predicate(name) }));
const shortest = new Map<string, Variables[]>();
for (let run = 0; run < RUNS; run++) {
  const states = walk(model, STEPS, run);
  for (const { name, reached } of predicates) {
    const most = shortest.get(name)?.length ?? states.length + 1;
    const at = states.slice(0, most - 1).findIndex((state) => reached(state));
    if (at >= 0) shortest.set(name, states.slice(0, at + 1));
  }
}
for (const { name } of predicates) if (!shortest.has(name)) throw new Error(`no run reaches ${name}`);

const made = new Map([...shortest].map(([name, states]) => [`to-${name}.itf.json`, written(states)]));
for (let index = 1; index <= RANDOM_TRACES; index++) {
  made.set(`random-${String(index).padStart(2, '0')}.itf.json`, written(walk(model, STEPS, 1_000_000 + index)));
}

const committed = readdirSync(tracesFolder).filter((name) => name.endsWith('.itf.json'));
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
