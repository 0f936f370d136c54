/** The network file: what is written is read again, and nothing else is. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { isNetworkFile, networkHash, readNetworkFile, writeNetworkFile } from '../../../src/formats/slalom/index.js';
import { ModelError, NetworkFileError, NoWrapError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import type { Preprocessing } from '../../../src/pictures/index.js';
import { calibrate, quantize } from '../../../src/quantizer/index.js';
import type { QuantizedNetwork } from '../../../src/reference/index.js';
import { numbers, wholeNetwork } from '../../session/random-network.js';
import { smallNetwork } from '../../session/small-network.js';
import { check, suite } from '../../suite.js';

const test = suite('network file');

const preprocessing: Preprocessing = {
  fit: 'crop',
  order: 'bgr',
  colours: { kind: 'affine', factors: [1 / 255, 1 / 128, 0.1], offsets: [-1, 0, 1e-3] },
};
const labels = ['cat', '', 'Häuschen \u{1f3e0}'];
const origin = { format: 'onnx', sha256: 'ab', tool: 'a test' };

async function quantized(seed: number): Promise<QuantizedNetwork> {
  const network = wholeNetwork(seed);
  const random = numbers(seed + 1);
  return quantize(network, await calibrate(network, [random(192), random(192)]));
}

const anyNetwork: fc.Arbitrary<QuantizedNetwork> = smallNetwork.map(({ network }) => network);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where the network part ends, found without the reader. */
function networkEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Math.ceil((32 + view.getUint32(12, true)) / 64) * 64 + Number(view.getBigUint64(16, true));
}

/** The same bytes with a digest that is right for them. */
function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(createHash('sha256').update(copy.subarray(0, -32)).digest(), copy.length - 32);
  return copy;
}

/** What reading gives: the network's hash, or null for one of the errors that are allowed. */
function outcome(bytes: Uint8Array): string | null {
  try {
    const { network, networkHash: hash } = readNetworkFile(bytes, 'damaged');
    aQuantizedNetwork(network);
    assert.is(sha256(bytes.subarray(0, networkEnd(bytes))), hash);
    return hash;
  } catch (error) {
    assert.ok(error instanceof ModelError, String(error));
    assert.match(error.message, /damaged|operation|layer/);
    return null;
  }
}

test('what is written is read again: network, hash, details', () =>
  check(
    fc.property(anyNetwork, (network) => {
      const bytes = writeNetworkFile(network, { preprocessing, labels, origin });
      assert.ok(isNetworkFile(bytes));
      const file = readNetworkFile(bytes, 'net');
      assert.equal(file.network, network);
      assert.equal([file.preprocessing, file.labels, file.origin], [preprocessing, labels, origin]);
      assert.is(file.networkHash, networkHash(network));
      assert.is(networkHash({ ...file.network }), file.networkHash, 'computed anew from what was read');
      assert.equal(writeNetworkFile(file.network, file), bytes);
    }),
    60,
  ));

test('the same of quantized random networks', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const network = await quantized(seed);
    const file = readNetworkFile(writeNetworkFile(network), 'net');
    assert.equal(file.network, network);
    assert.equal([file.preprocessing, file.labels, file.origin], [null, [], null]);
    assert.is(networkHash({ ...file.network }), networkHash(network));
  }
});

test('the hash is the SHA-256 of the network part, by another implementation', () =>
  check(
    fc.property(anyNetwork, (network) => {
      const bytes = writeNetworkFile(network);
      assert.is(sha256(bytes.subarray(0, networkEnd(bytes))), networkHash(network));
      assert.is(sha256(bytes.subarray(0, -32)), Buffer.from(bytes.subarray(-32)).toString('hex'));
    }),
    20,
  ));

test('names and details do not change the hash; any integer or scale does', async () => {
  const network = await quantized(1);
  const hash = networkHash(network);
  const renamed = {
    ...network,
    name: 'other',
    tensors: network.tensors.map((tensor, index) => ({ ...tensor, name: `t${index}` })),
    operations: network.operations.map((operation, index) => ({ ...operation, name: `o${index}` })),
  } as QuantizedNetwork;
  assert.is(networkHash(renamed), hash);
  assert.is(readNetworkFile(writeNetworkFile(renamed, { labels: ['a'] }), 'net').networkHash, hash);
  const seen = new Set([hash]);
  const changed = (other: object): void => {
    const name = networkHash({ ...network, ...other } as QuantizedNetwork);
    assert.not.ok(seen.has(name));
    seen.add(name);
  };
  network.operations.forEach((operation, index) => {
    if (operation.kind !== 'linear') return;
    const weights = operation.map.weights.slice();
    weights[weights.length - 1]! ^= 1;
    const bias = operation.bias.slice();
    bias[0]! += 1;
    for (const other of [{ map: { ...operation.map, weights } }, { bias }]) {
      changed({ operations: network.operations.with(index, { ...operation, ...other } as typeof operation) });
    }
  });
  const input = network.tensors[network.input]! as { scale: number };
  changed({ tensors: network.tensors.with(network.input, { ...input, scale: input.scale * (1 + 2 ** -52) } as never) });
  changed({ outputs: [...network.outputs].reverse() });
});

test('a file cut short, extended or anywhere in a larger buffer', async () => {
  const bytes = writeNetworkFile(await quantized(2), { labels: ['x'] });
  for (let length = 0; length < bytes.length; length += length < 200 || length > bytes.length - 200 ? 1 : 37) {
    assert.is(outcome(bytes.subarray(0, length)), null, `${length} of ${bytes.length} bytes`);
    assert.throws(
      () => readNetworkFile(bytes.subarray(0, length), 'n'),
      (e: unknown) => e instanceof NetworkFileError,
    );
  }
  assert.is(outcome(Uint8Array.of(...bytes, 0)), null);
  assert.is(outcome(sealed(Uint8Array.of(...bytes, 0))), null);
  const hash = outcome(bytes);
  for (const offset of [1, 3, 5]) {
    const larger = Buffer.alloc(bytes.length + 9, 255);
    larger.set(bytes, offset);
    const file = readNetworkFile(larger.subarray(offset, offset + bytes.length), 'net');
    larger.fill(0);
    assert.is(file.networkHash, hash);
    assert.is(networkHash({ ...file.network }), hash, 'nothing of the network refers to the bytes');
  }
});

test('10,000 changed files: refused, never anything else', async () => {
  const network = await quantized(3);
  const bytes = writeNetworkFile(network, { preprocessing, labels: ['a', 'b'], origin });
  const change = fc.record({
    at: fc.nat(bytes.length - 1),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 127, 255)),
  });
  let same = 0;
  await check(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const copy = bytes.slice();
      for (const { at, value } of changes) copy[at] = value;
      if (Buffer.compare(copy, bytes) === 0) same++;
      else assert.is(outcome(copy), null);
    }),
    10_000,
  );
  assert.ok(same < 5000);
  assert.is(outcome(bytes), networkHash(network));
});

test('10,000 files changed by somebody who seals them again: refused, or another valid network', async () => {
  const network = await quantized(4);
  const bytes = writeNetworkFile(network, { preprocessing, labels: ['a', 'b'], origin });
  const hash = networkHash(network);
  const end = networkEnd(bytes);
  const header = 32 + new DataView(bytes.buffer).getUint32(12, true);
  const place = fc.oneof(
    fc.nat(31),
    fc.nat(header - 1),
    fc.nat(bytes.length - 33),
    fc.integer({ min: end, max: bytes.length - 33 }),
  );
  const digit = fc.constantFrom(...Array.from('0123456789.-e"[]{},: ', (letter) => letter.charCodeAt(0)));
  const change = fc.record({ at: place, value: fc.oneof(fc.nat(255), digit, digit) });
  const counts = { refused: 0, same: 0, other: 0 };
  await check(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const copy = bytes.slice();
      for (const { at, value } of changes) copy[at] = value;
      const found = outcome(sealed(copy));
      counts[found === null ? 'refused' : found === hash ? 'same' : 'other']++;
      if (found === hash) assert.is(Buffer.compare(copy.subarray(0, end), bytes.subarray(0, end)), 0);
      else if (found !== null) assert.not.equal(copy.subarray(0, end), bytes.subarray(0, end));
    }),
    10_000,
  );
  assert.ok(Math.min(counts.refused, counts.same, counts.other) > 100, JSON.stringify(counts));
});

/** Replaces a text in the headers, mends the lengths, and seals the file again. */
function rewritten(bytes: Uint8Array, from: string | RegExp, to: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = 32 + view.getUint32(12, true);
  const end = networkEnd(bytes);
  const tensorsBytes = Number(view.getBigUint64(16, true));
  const structure = Buffer.from(bytes.subarray(32, start)).toString();
  const aboutEnd = end + 8 + view.getUint32(end, true);
  const about = Buffer.from(bytes.subarray(end + 8, aboutEnd)).toString();
  assert.ok(structure.search(from) >= 0 || about.search(from) >= 0, `${from} is not there`);
  const texts = [structure, about].map((text) => Buffer.from(text.replace(from, to)));
  const filled = Buffer.concat([
    texts[0]!,
    Buffer.alloc(Math.ceil((32 + texts[0]!.length) / 64) * 64 - 32 - texts[0]!.length, ' '),
  ]);
  const prologue = Buffer.from(bytes.subarray(0, 32));
  prologue.writeUInt32LE(texts[0]!.length, 12);
  const length = Buffer.alloc(8);
  length.writeUInt32LE(texts[1]!.length);
  const tensors = bytes.subarray(end - tensorsBytes, end);
  return sealed(Buffer.concat([prologue, filled, tensors, length, texts[1]!, Buffer.alloc(32)]));
}

test('headers that say something else are refused in one sentence', async () => {
  const bytes = writeNetworkFile(await quantized(5), { preprocessing, origin });
  const cases: [string | RegExp, string, RegExp][] = [
    [/"kind":"linear"/, '"kind":"linaer"', /operations\[0\]\.kind must be/],
    [/"kind":"linear"/, '"kind":"__proto__"', /operations\[0\]\.kind must be/],
    [/"kind":"linear",/, '"kind":"linear","__proto__":{},', /__proto__/],
    [/"shift":\d+/, '"shift":63', /shift must be a whole number from 1 to 62/],
    [/"shift":\d+/, '"shift":1e1', /canonical/],
    [/"scale":[\d.e-]+/, '"scale":1e999', /finite/],
    [/"scale":[\d.e-]+/, '"scale":-1', /scale must be positive/],
    [/"shape":\[8,8,3\]/, '"shape":[8,8,4]', /cannot be used: operation 0/],
    [/"outputs":\[[\d,]+\]\}$/, '"outputs":[]}', /there is no output/],
    [/"length":216/, '"length":217', /weights|numbers/],
    [/"length":216/, '"length":2147483648', /fewer numbers/],
    [/"array":"i8"/, '"array":"i32"', /must be "i8" or "i16"/],
    [/"modulus":"P24"/, '"modulus":"M31"', /certificate/],
    [/"bound":\d+/, '"bound":1', /certificate/],
    [/"fit":"crop"/, '"fit":"shrink"', /fit must be|colours|preprocessing/],
    [/"factors":\[/, '"factors":[1,', /at most 3|preprocessing/],
    [/"name":"whole"/, '"name":7', /name must be a string/],
    [/^\{"tensors"/, `${'['.repeat(100_000)}{"tensors"`, /not JSON/],
  ];
  for (const [from, to, message] of cases) {
    let found = 'nothing was refused';
    try {
      readNetworkFile(rewritten(bytes, from, to), 'net.slalom');
    } catch (error) {
      found = error instanceof ModelError ? error.message : String((error as Error).stack);
    }
    assert.match(found, message, `${from} -> ${to}: ${found}`);
    assert.match(found, /^net\.slalom cannot be used: /);
  }
  assert.ok(outcome(rewritten(bytes, /"name":"whole"/, '"name":"hole"')) !== null);
});

test('a network that fits no modulus is refused with its layer, its bound and what to do', async () => {
  const network = await quantized(6);
  const index = network.operations.findIndex(({ kind }) => kind === 'linear');
  const operation = network.operations[index]!;
  if (operation.kind !== 'linear') throw new Error('no linear layer');
  const { map } = operation;
  const weights = map.weights.map(() => 32767);
  const inputRange = { minimum: -32768, maximum: 32767 };
  const wide = {
    ...network,
    operations: network.operations.with(index, { ...operation, map: { ...map, weights, inputRange } as typeof map }),
  };
  const terms = weights.length / operation.bias.length;
  const reaches = terms * 32767 * 32768;
  assert.throws(
    () => writeNetworkFile(wide),
    (error: unknown) =>
      error instanceof NoWrapError &&
      error.layer === operation.name &&
      error.bound === reaches &&
      error.message.includes(
        `operation ${index} (linear ${operation.name}) does not fit: its sums can reach B = ${reaches}`,
      ) &&
      /split|smaller weights/.test(error.message),
  );
});
