/** The committed traces are traces of the model as it stands, safe in every state, and reach what their names say. */
import * as assert from 'uvu/assert';
import { suite } from '../suite.js';
import { CompiledModel, plainState, type Variables } from './compiled.js';
import { instance } from './explore.js';
import { Model, modelText, type State } from './quint.js';
import { readTraces } from './traces.js';
import { walk } from './walk.js';
import { invariants, witnesses } from './witnesses.js';

const test = suite('model: traces');

/** The state of the model that looks like this one, among these. */
function like(states: readonly State[], wanted: object): State | undefined {
  const text = JSON.stringify(wanted);
  return states.find(({ plain }) => JSON.stringify(plain) === text);
}

const texts = (states: readonly object[]): string[] =>
  [...new Set(states.map((state) => JSON.stringify(state)))].sort();

test('every step of every trace is a step of the model, and every state is safe', () => {
  const model = new Model(modelText);
  const safe = model.predicate('safe');
  const reached = new Map(witnesses.map((witness) => [witness, model.predicate(witness)]));
  for (const { name, states } of readTraces()) {
    let now = like([model.initial()], states[0]!);
    assert.ok(now !== undefined, `${name} does not begin as the model does`);
    for (const [step, state] of states.entries()) {
      if (step > 0) now = like(model.successors(now!), state);
      assert.ok(now !== undefined, `${name}: the model has no such step ${step}`);
      assert.ok(safe(now!), `${name}: step ${step} is not safe`);
    }
    const [, witness] = /^to-(\w+)\./.exec(name) ?? [];
    if (witness !== undefined) assert.ok(reached.get(witness)?.(now!), `${name} does not reach ${witness}`);
  }
});

/** Walks through the translated model; Quint's own must have the same successors, and say the same of each, at every step. */
function compare(text: string, walks: number, steps: number): number {
  const [slow, fast] = [new Model(text), new CompiledModel(text)];
  const predicates = [...invariants, ...witnesses].map(
    (name) => [name, slow.predicate(name), fast.predicate(name)] as const,
  );
  let compared = 0;
  for (let run = 0; run < walks; run++) {
    let now: State = slow.initial();
    const states: Variables[] = walk(fast, steps, run);
    assert.equal(plainState(states[0]!), now.plain);
    for (const [step, state] of states.entries()) {
      if (step > 0) now = like(slow.successors(now), plainState(state))!;
      assert.ok(now !== undefined, `walk ${run}: Quint has no such step ${step}`);
      const [wanted, found] = [slow.successors(now), fast.successors(state)];
      assert.equal(texts(found.map(plainState)), texts(wanted.map(({ plain }) => plain)), `walk ${run}, step ${step}`);
      for (const [name, ofQuint, ours] of predicates)
        assert.is(ours(state), ofQuint(now), `${name}, walk ${run}, step ${step}`);
      compared += found.length;
    }
  }
  return compared;
}

test('the translated model has the successors that Quint gives, and its invariants and witnesses mean the same', () => {
  const whole = compare(modelText, 12, 40);
  const unsafe = compare(
    // Invariants that do not hold must be seen not to hold by both.
    instance(
      { LAYERS: 1, MOST_PADS: 3 },
      modelText.replace('started + images > LIFETIME)', 'started + images > LIFETIME + 1)'),
    ).replace('accepted(wrong: int): bool = wrong == 0', 'accepted(wrong: int): bool = wrong <= 1'),
    4,
    30,
  );
  assert.ok(whole > 3000 && unsafe > 500);
  console.log(`${whole + unsafe} successors compared`);
});
