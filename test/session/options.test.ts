/** Options of a network's session that are not what they must be. */
import * as assert from 'uvu/assert';
import { referenceArithmetic } from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { NetworkSession, type NetworkSessionOptions } from '../../src/session/network-session.js';
import { zooNetwork } from '../../src/zoo/index.js';
import { suite } from '../suite.js';

const test = suite('session: options');
const network = zooNetwork('mobilenet-v1', { size: 32, width: 0.25 });

test('each is refused by name, with or without a device', async () => {
  const right = { network, device: null, arithmetic: referenceArithmetic(), plan: 'all' as const };
  const wrong: [object, RegExp][] = [
    [{ network: undefined }, /needs a quantized network/],
    [{ network: {} }, /needs a quantized network/],
    [{ network: 'mobilenet' }, /needs a quantized network/],
    [{ device: undefined }, /needs a device/],
    [{ device: 'wasm' }, /needs a device/],
    [{ arithmetic: undefined }, /arithmetic an object with the function/],
    [{ arithmetic: referenceDevice() }, /arithmetic an object with the function/],
    [{ onProgress: 3 }, /a function as onProgress/],
    [{ pads: {} }, /pads an object with the function count/],
    [{ threads: 2 }, /no option "threads"/],
  ];
  for (const [change, message] of wrong) {
    const error: unknown = await NetworkSession.open({ ...right, ...change } as unknown as NetworkSessionOptions).then(
      (session) => session.close(),
      (reason: unknown) => reason,
    );
    assert.instance(error, TypeError, String(message));
    assert.match((error as TypeError).message, message);
  }
});
