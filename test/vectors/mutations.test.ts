/** A vector that is changed in memory is noticed by what runs it: else running it proves nothing. */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { suite } from '../suite.js';
import { lifecycleDefects } from './generate/lifecycle.js';
import { withArithmetic } from './run/arithmetic.js';
import { type Falsehoods, judge } from './run/judge.js';
import { livingSession } from './run/lifecycle.js';
import { byTheModel } from './run/lifecycle-by-model.js';
import { leaves, withValue } from './run/mutate.js';
import { type File, type Name, names, read } from './run/read.js';
import { reference } from './run/reference.js';
import { withSession } from './run/session.js';

const test = suite('vectors: mutations');

/** What a test claims was computed; inputs are left out, since not every input reaches an output. */
const CLAIMS = new Set([
  ...['expected', 'residues', 'y', 'output', 'message', 'fold', 'folded', 'bound', 'accepted'],
  ...['outcome', 'elapsedMs', 'state', 'padSets'],
]);
/** In the file on folding y is an input. */
const isClaim = (name: Name, key: string): boolean => CLAIMS.has(key) && !(name === 'folding' && key === 'y');
const TESTS_TRIED = 4;
const CLAIMS_TRIED = 12;

function another(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? String(BigInt(value) + 1n) : `not ${value}`;
  return value === null ? [] : (value as number) + 1;
}

/** The file with nothing but one of its groups and one test in it, so that judging it is quick. */
function single<N extends Name>(file: File<N>, groupIndex: number, testIndex: number): File<N> {
  const group = file.groups[groupIndex]!;
  return { ...file, groups: [{ ...group, tests: [group.tests[testIndex]!] }] } as File<N>;
}

/** Changes claims of the one test in `alone`, one after the other; gives how many. */
async function noticesIn<N extends Name>(name: N, alone: File<N>, falsehoods: Falsehoods<N>): Promise<number> {
  if ((await judge(alone, falsehoods)).compared === 0) return 0;
  const claims = leaves(alone).filter(({ path }) => path[2] === 'tests' && path.some((key) => isClaim(name, key)));
  const step = Math.ceil(claims.length / CLAIMS_TRIED);
  const tried = claims.filter((_, index) => index % step === 0);
  for (const { path, value } of tried) {
    const { problems } = await judge(withValue(alone, path, another(value)), falsehoods);
    assert.is(problems.length, 1, `${name}: a change at ${path.join('.')} was not noticed`);
  }
  return tried.length;
}

async function notices<N extends Name>(name: N, falsehoods: Falsehoods<N>): Promise<number> {
  const file = read(name);
  let tried = 0;
  for (const [groupIndex, group] of file.groups.entries()) {
    const valid = group.tests.flatMap(({ result }, index) => (result === 'valid' ? [index] : []));
    for (const testIndex of valid.slice(0, TESTS_TRIED)) {
      tried += await noticesIn(name, single(file, groupIndex, testIndex), falsehoods);
    }
  }
  return tried;
}

for (const name of names) {
  test(`${name}: the reference notices every changed claim`, async () => {
    assert.ok((await notices(name, reference[name] as Falsehoods<Name>)) >= 4);
  });

  test(`${name}: a defect that is called valid is noticed, and a valid vector that is called a defect`, async () => {
    const file = read(name);
    for (const [groupIndex, group] of file.groups.entries()) {
      for (const testIndex of [0, group.tests.length - 1]) {
        const alone = single(file, groupIndex, testIndex);
        const turned = group.tests[testIndex]!.result === 'valid' ? 'reject' : 'valid';
        const mutated = withValue(alone, ['groups', '0', 'tests', '0', 'result'], turned);
        assert.is((await judge(mutated, reference[name] as Falsehoods<Name>)).problems.length, 1);
      }
    }
  });
}

test('the fast path and the session notice changed claims', async () => {
  const arithmetic = await wasmArithmetic();
  const { verdict, session } = withSession(arithmetic);
  const all = { ...withArithmetic(arithmetic), verdict, session, lifecycle: livingSession(arithmetic) };
  for (const [name, falsehoods] of Object.entries(all)) {
    assert.ok((await notices(name as Name, falsehoods as Falsehoods<Name>)) >= 4, name);
  }
  arithmetic.close();
});

test('an implementation with any one defect in how sessions live fails a vector that must hold', async () => {
  const { groups, ...rest } = read('lifecycle');
  const valid = groups.map((group) => ({ ...group, tests: group.tests.filter(({ result }) => result === 'valid') }));
  const file = { ...rest, groups: valid };
  assert.equal((await judge(file, byTheModel())).problems, []);
  for (const defect of Object.keys(lifecycleDefects)) {
    const { problems } = await judge(file, byTheModel(defect));
    assert.ok(problems.length > 0, `${defect} is not noticed`);
  }
  // A defect that nobody knows is none.
  assert.equal((await judge(file, byTheModel('bad_nothing'))).problems, []);
});
