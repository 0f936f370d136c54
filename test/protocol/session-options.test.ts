/** Options of a session that are not what they must be: refused at the door, by name, before the device is asked anything. */
import * as assert from 'uvu/assert';
import {
  MemoryPadStore,
  processIdentity,
  referenceArithmetic,
  Session,
  type SessionOptions,
} from '../../src/protocol/index.js';
import { SESSION_OPTIONS } from '../../src/protocol/session-options.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: options of a session');

const map: Dense = {
  kind: 'dense',
  inputs: 1,
  outputs: 1,
  weights: Int16Array.of(2),
  inputRange: { minimum: -9, maximum: 9 },
};

let asked = 0;
const options = (): SessionOptions => ({
  device: {
    ...referenceDevice(),
    load: (...given) => {
      asked++;
      return referenceDevice().load(...given);
    },
  },
  arithmetic: referenceArithmetic(),
  maps: [map],
  randomness: seededRandomness(seed),
  identity: processIdentity(null),
  pads: new MemoryPadStore(),
  onProgress: () => {},
});

const refusal = (given: unknown): Promise<unknown> =>
  Session.open(given as SessionOptions).then(
    (session) => session.close(),
    (error: unknown) => error,
  );

test('what is right is taken', async () => {
  assert.is(await refusal(options()), undefined);
  assert.ok(asked > 0);
});

test('every option of a wrong type is a TypeError that names it', async () => {
  asked = 0;
  for (const name of Object.keys(SESSION_OPTIONS)) {
    for (const wrong of [null, 7, 'no', false]) {
      const error = await refusal({ ...options(), [name]: wrong });
      assert.instance(error, TypeError, `${name}: ${wrong}`);
      const { message } = error as TypeError;
      assert.ok(message.includes(name) && !/undefined|Cannot|not a function|Symbol/.test(message), message);
    }
  }
  assert.is(asked, 0);
});

test('parts that lack a function, and no options at all', async () => {
  for (const name of ['arithmetic', 'randomness', 'identity', 'pads']) {
    const error = await refusal({ ...options(), [name]: {} });
    assert.instance(error, TypeError);
    assert.match((error as TypeError).message, new RegExp(`${name} an object with the function`));
  }
  assert.match(((await refusal({})) as TypeError).message, /needs a device/);
  for (const nothing of [undefined, null, 3]) assert.instance(await refusal(nothing), TypeError);
});
