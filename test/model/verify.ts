/**
 * Checks the model itself: random runs, every state of two small instances, and that each invariant can be broken.
 *   node --import tsx test/model/verify.ts simulate|explore|mutants
 * Prints a last line `count<TAB>N what`; exit status 1 on a failure.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../cli/slalom.js';
import { type Bounds, explore, instance } from './explore.js';
import { mutants, mutated } from './mutants.js';
import { modelFile, modelText } from './quint.js';
import { invariants, witnesses } from './witnesses.js';

const RUNS = 400;
const STEPS = 40;
const SEED = 20181013;

/** Two inferences that may be in flight at once, batches of two; and a crash with a new start. */
const small: readonly Bounds[] = [
  { LAYERS: 2, MOST_PADS: 2, MOST_INFERENCES: 2, MOST_CRASHES: 0, LIFETIME: 2, LARGEST_BATCH: 2 },
  { LAYERS: 1, MOST_PADS: 3, MOST_INFERENCES: 1, MOST_CRASHES: 1, LIFETIME: 2, LARGEST_BATCH: 2 },
];

function simulate(): string {
  const fixed = ['run', modelFile, '--backend', 'typescript', '--seed', String(SEED), '--verbosity', '1'];
  const bounds = ['--max-samples', String(RUNS), '--max-steps', String(STEPS)];
  const wanted = ['--invariants', ...invariants, '--witnesses', ...witnesses];
  const quint = join(root, 'node_modules', '.bin', 'quint');
  const { status, stdout } = spawnSync(quint, [...fixed, ...bounds, ...wanted], { encoding: 'utf8' });
  console.log(stdout.trim());
  if (status !== 0) throw new Error('an invariant does not hold');
  const seen = [...stdout.matchAll(/^\w+ was witnessed in ([1-9]\d*) /gm)].length;
  if (seen < witnesses.length / 2) throw new Error('the runs reach less than half of the witnesses');
  return `${RUNS} runs of ${STEPS} steps, ${invariants.length} invariants, ${seen} of ${witnesses.length} witnesses`;
}

function exploreAll(): string {
  let [states, transitions] = [0, 0];
  for (const bounds of small) {
    const found = explore(instance(bounds), 'safe');
    console.log(
      JSON.stringify(bounds),
      `${found.states} states, ${found.transitions} transitions, depth ${found.depth}`,
    );
    if (found.violation !== null) throw new Error(`not safe: ${JSON.stringify(found.violation.plain)}`);
    states += found.states;
    transitions += found.transitions;
  }
  return `${states} states, ${transitions} transitions, ${small.length} instances`;
}

function breakAll(): string {
  for (const invariant of invariants) {
    if (!mutants.some((mutant) => mutant.invariant === invariant)) throw new Error(`no defect breaks ${invariant}`);
  }
  for (const mutant of mutants) {
    const { violation, states } = explore(
      instance({ ...small[0]!, ...mutant.bounds }, mutated(modelText, mutant)),
      mutant.invariant,
    );
    console.log(
      `${mutant.invariant}: ${mutant.defect}: ${violation === null ? 'NOT NOTICED' : `noticed after ${states} states`}`,
    );
    if (violation === null) throw new Error(`${mutant.invariant} holds although ${mutant.defect}`);
  }
  return `${mutants.length} defects, each breaks its invariant`;
}

const parts: Record<string, () => string> = { simulate, explore: exploreAll, mutants: breakAll };
const part = parts[process.argv[2] ?? ''];
if (part === undefined) throw new Error(`usage: verify.ts ${Object.keys(parts).join('|')}`);
try {
  console.log(`count\t${part()}`);
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
