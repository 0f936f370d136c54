/** The committed traces are traces of the model as it stands, safe in every state, and reach what their names say. */
import * as assert from 'uvu/assert';
import { suite } from '../suite.js';
import { Model, modelText, type State } from './quint.js';
import { readTraces } from './traces.js';
import { witnesses } from './witnesses.js';

const test = suite('model: traces');

/** The state of the model that looks like this one, among these. */
function like(states: readonly State[], wanted: object): State | undefined {
  const text = JSON.stringify(wanted);
  return states.find(({ plain }) => JSON.stringify(plain) === text);
}

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
