/**
 * Checks the model itself: random runs, every state of two small instances, and that each invariant can be broken.
 *   node --import tsx test/model/verify.ts simulate|explore|mutants
 * Prints a last line `count<TAB>N what`; exit status 1 on a failure.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../cli/slalom.js';
import { CompiledModel, plainState } from './compiled.js';
import { type Bounds, explore, instance } from './explore.js';
import { type Mutant, mutants, mutated } from './mutants.js';
import { modelFile, modelText } from './quint.js';
import { weakenings } from './weakened.js';
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
    const model = new CompiledModel(instance(bounds));
    const found = explore(model, model.predicate('safe'));
    console.log(
      JSON.stringify(bounds),
      `${found.states} states, ${found.transitions} transitions, depth ${found.depth}`,
    );
    if (found.violation !== null) throw new Error(`not safe: ${JSON.stringify(plainState(found.violation))}`);
    states += found.states;
    transitions += found.transitions;
  }
  return `${states} states, ${transitions} transitions, ${small.length} instances`;
}

/** Explores the model with a defect, and says which weakenings of the invariant it breaks do not notice it. */
function unnoticed(mutant: Mutant): string[] {
  const model = new CompiledModel(instance({ ...small[0]!, ...mutant.bounds }, mutated(modelText, mutant)));
  const invariant = model.definition(mutant.invariant);
  const full = model.predicate(invariant);
  const silent = new Map(
    weakenings(invariant).map(({ name, replaced }) => [name, model.predicate(invariant, replaced)]),
  );
  let broken = false;
  const { states } = explore(model, (state) => {
    if (full(state)) return true;
    broken = true;
    for (const [name, holds] of silent) if (!holds(state)) silent.delete(name);
    // Nothing is left to learn from a defect that every weakening notices.
    return silent.size > 0;
  });
  if (!broken) throw new Error(`${mutant.invariant} holds although ${mutant.defect}`);
  const missed = [...silent.keys()];
  console.log(`${mutant.invariant}: ${mutant.defect}: noticed, ${states} states`);
  for (const name of missed) console.log(`  not noticed ${name}`);
  return missed;
}

function breakAll(): string {
  const model = new CompiledModel(modelText);
  const missed = new Set(mutants.flatMap((mutant) => unnoticed(mutant).map((name) => `${mutant.invariant} ${name}`)));
  const wanted = invariants.flatMap((invariant) => {
    if (!mutants.some((mutant) => mutant.invariant === invariant)) throw new Error(`no defect breaks ${invariant}`);
    return weakenings(model.definition(invariant)).map(({ name }) => `${invariant} ${name}`);
  });
  const needless = wanted.filter((name) => !missed.has(name));
  if (needless.length > 0) throw new Error(`every defect is noticed even by\n${needless.join('\n')}`);
  return `${mutants.length} defects, ${wanted.length} conjuncts and boundaries`;
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
