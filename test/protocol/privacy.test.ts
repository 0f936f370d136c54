import * as assert from 'uvu/assert';
import { blind, type Dense, privateLayer } from '../../src/reference/index.js';
import { suite } from '../suite.js';

const test = suite('protocol: privacy');

/** All vectors of `length` residues modulo p. */
function* vectors(length: number, p: bigint): Generator<bigint[]> {
  if (length === 0) yield [];
  else for (const rest of vectors(length - 1, p)) for (let value = 0n; value < p; value++) yield [value, ...rest];
}

test('over all pads, what the device receives is exactly uniform whatever the input is', () => {
  for (const p of [3n, 5n, 7n]) {
    for (const x of [
      [0n, 0n],
      [1n, -1n],
      [p, 2n * p + 1n],
      [-p, 4n],
    ]) {
      const seen = new Set<string>();
      let pads = 0;
      for (const rho of vectors(2, p)) {
        seen.add(blind(x, rho, p).join());
        pads++;
      }
      // As many different messages as pads: the map is a bijection, so each message has the same probability.
      assert.is(seen.size, pads);
      assert.is(pads, Number(p * p));
    }
  }
});

test('through the whole layer: the multiset of messages is the same for every input', () => {
  const map: Dense = {
    kind: 'dense',
    inputs: 2,
    outputs: 1,
    weights: Int16Array.of(1, 1),
    inputRange: { minimum: -1, maximum: 1 },
  };
  const messages = (x: bigint[]): string => {
    const all: string[] = [];
    for (const rho of vectors(2, 7n)) {
      privateLayer(map, x, rho, [], 7n, 2147483647n, (message) => {
        all.push(message.join());
        return [(message[0]! + message[1]!) % 7];
      });
    }
    return all.sort().join(' ');
  };
  const first = messages([0n, 0n]);
  for (const x of [
    [1n, 1n],
    [-1n, 1n],
    [0n, -1n],
  ])
    assert.is(messages(x), first);
});
