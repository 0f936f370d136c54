/** What refusals have in common: the file's name, one plain sentence. */
import * as assert from 'uvu/assert';
import { ModelError } from '../../../src/model/errors.js';

export function says(action: () => unknown, sentence: RegExp): void {
  assert.throws(action, (error: unknown) => {
    assert.instance(error, ModelError);
    const { message } = error as Error;
    assert.match(message, sentence);
    assert.match(message, /^model cannot be used: .*\.$/);
    assert.not.match(message, /undefined|\[object|NaN/);
    return true;
  });
}
