/** How the command ends after errors that are nobody's mistake in using it. */
import * as assert from 'uvu/assert';
import { exitCode, explain } from '../../src/cli/exit.js';
import { RandomnessError, SessionError } from '../../src/index.js';
import { suite } from '../suite.js';

const test = suite('command: how it ends');

test('a generator that fails, and a session that may be a copy, are told in their own words', () => {
  for (const error of [new RandomnessError('it threw an error'), new SessionError('This session is closed.')]) {
    assert.is(exitCode(error), 1);
    assert.is(explain(error), error.message);
  }
  assert.match(explain(new Error('odd')), /please report it/);
});
