/** Damaged files: whatever the bytes are, the importer gives a network or a ModelError, and soon. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import { ModelError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { check, suite } from '../../suite.js';
import { damage } from './damaged.js';
import { buildTflite, codes, integers } from './model-builder.js';
import { add, concat, convolution, fullyConnected, plain, pool, softmax } from './operators.js';

const test = suite('tflite damage');
const { MAX_POOL_2D, MEAN, PAD, RESHAPE } = BuiltinOperator;

/** One of everything, so that a damaged byte can reach every reader. */
const tiny = buildTflite({
  tensors: [
    codes([1, 4, 4, 2], 0.5, 3),
    codes([2, 3, 3, 2], 0.25, 7, { data: Array.from({ length: 36 }, (_, index) => (index * 7) % 256) }),
    integers([5, -6]),
    codes([1, 2, 2, 2], 1, 4),
    codes([1, 1, 1, 2], 0.5, 2, { data: [1, 200] }),
    codes([1, 2, 2, 2], 2, 4),
    codes([1, 2, 2, 2], 1, 4),
    codes([1, 2, 2, 4], 1, 4),
    integers([0, 0, 1, 1, 1, 1, 0, 0], [4, 2]),
    codes([1, 4, 4, 4], 1, 4),
    codes([1, 2, 2, 4], 1, 4),
    integers([1, 2]),
    codes([1, 4], 1, 4),
    codes([3, 4], 0.5, 2, { data: Array.from({ length: 12 }, (_, index) => index * 20) }),
    codes([1, 3], 0.5, 2),
    integers([1, 3]),
    codes([1, 3], 0.5, 2),
    codes([1, 3], 1 / 256, 0),
  ],
  operators: [
    convolution([0, 1, 2], 3, { stride: [2, 2] }),
    convolution([3, 4], 5, {}, true),
    add([3, 5], 6),
    concat([6, 5], 7, 3),
    plain(PAD, [7, 8], 9),
    pool(MAX_POOL_2D, 9, 10, [2, 2], { stride: [2, 2] }),
    plain(MEAN, [10, 11], 12),
    fullyConnected([12, 13], 14),
    plain(RESHAPE, [14, 15], 16),
    softmax(16, 17),
  ],
});

/** True when the bytes are accepted; the time of the slowest call so far is kept. */
let slowestMs = 0;
function accepts(bytes: Uint8Array): boolean {
  const start = process.cpuUsage();
  try {
    importTflite(bytes, 'damaged');
    return true;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    assert.ok(error.message.startsWith('damaged'), error.message);
    return false;
  } finally {
    // Of the processor: others may be using this machine.
    slowestMs = Math.max(slowestMs, process.cpuUsage(start).user / 1000);
  }
}

test('the undamaged file is a well-formed network', () => {
  assert.is(aQuantizedNetwork(importTflite(tiny, 'tiny')).operations.length, 11);
});

test('a file cut short anywhere is refused', () => {
  for (let length = 0; length < tiny.length; length++) {
    assert.not.ok(accepts(tiny.slice(0, length)), `accepted with ${length} of ${tiny.length} bytes`);
  }
});

test('a file anywhere in a larger buffer reads the same', () => {
  for (const offset of [1, 2, 3, 5]) {
    const larger = new Uint8Array(tiny.length + 9).fill(255);
    larger.set(tiny, offset);
    assert.equal(importTflite(larger.subarray(offset, offset + tiny.length), 'tiny'), importTflite(tiny, 'tiny'));
  }
});

test.long('bytes changed at random give a network or a ModelError', () => damage(tiny, 4000, 100, accepts));

test.long('every single byte replaced by extreme values gives a network or a ModelError', () => {
  for (let at = 0; at < tiny.length; at++) {
    for (const value of [0, 1, 127, 128, 255]) {
      const bytes = tiny.slice();
      bytes[at] = value;
      accepts(bytes);
    }
  }
});

test.long('words replaced by extreme values give a network or a ModelError', () => {
  for (let at = 0; at + 4 <= tiny.length; at += 2) {
    for (const value of [-1, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 28, 65536, -at, tiny.length - at]) {
      const bytes = tiny.slice();
      new DataView(bytes.buffer).setInt32(at, value, true);
      accepts(bytes);
    }
  }
});

test('noise behind the right identifier is refused', async () => {
  await check(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 400 }), (noise) => {
      const bytes = noise.slice();
      bytes.set(new TextEncoder().encode('TFL3'), 4);
      accepts(bytes);
    }),
    2000,
  );
});

test('bytes after the end are harmless', () => {
  const bytes = new Uint8Array(2 * tiny.length);
  bytes.set(tiny);
  assert.equal(importTflite(bytes, 'tiny'), importTflite(tiny, 'tiny'));
});

test('a small file that names the same thing without end is refused', () => {
  const pair = [codes([1, 1], 1, 0), codes([1, 1], 1, 0)];
  const endless = { code: BuiltinOperator.RELU, inputs: Array(5000).fill(0), outputs: [1], copies: 200_000 };
  assert.not.ok(accepts(buildTflite({ tensors: pair, operators: [endless] })));
  const name = 'x'.repeat(4000);
  const named = Array.from({ length: 5000 }, () => codes([1, 1], 1, 0, { name }));
  assert.ok(buildTflite({ tensors: named, operators: [] }).length < 2 ** 20, 'the name must be stored once');
  assert.not.ok(accepts(buildTflite({ tensors: named, operators: [plain(BuiltinOperator.RELU, [0], 1)] })));
});

test('weights that too many layers share are refused', () => {
  const layers = (count: number): Uint8Array =>
    buildTflite({
      tensors: [
        codes([1, 128], 1, 0),
        codes([128, 128], 1, 0, { data: Array(128 * 128).fill(1) }),
        ...Array.from({ length: count }, () => codes([1, 128], 1, 0)),
      ],
      operators: Array.from({ length: count }, (_, index) => fullyConnected([0, 1], index + 2)),
    });
  assert.ok(accepts(layers(5)));
  assert.not.ok(accepts(layers(60)));
});

test.long('no damaged file took long', () => {
  assert.ok(slowestMs < 3000, `${slowestMs} ms`);
});

const models = fileURLToPath(new URL('../../../../shared/models/', import.meta.url));
const small = `${models}mobilenet_v1_0.25_128_quant.tflite`;
if (existsSync(small)) {
  const real = readFileSync(small);
  // Behind the model the file carries a zip archive with its labels, which is no part of the model.
  const modelLength = real.indexOf('PK\x03\x04', real.length - 30_000, 'latin1');
  test('a real file cut short is refused', () => {
    assert.ok(modelLength > 0);
    for (let part = 0; part < 60; part++) {
      const length = Math.floor((modelLength * part) / 60);
      assert.not.ok(accepts(real.subarray(0, length)), `accepted with ${length} of ${modelLength} bytes`);
    }
    for (let cut = 4; cut < 200; cut++)
      assert.not.ok(accepts(real.subarray(0, modelLength - cut)), `without ${cut} bytes`);
    assert.equal(importTflite(real.subarray(0, modelLength), 'm'), importTflite(real, 'm'));
  });
  test.long('bytes changed at random in a real file', async () => {
    const change = fc.record({ at: fc.nat(40_000), value: fc.nat(255) });
    await check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, fromEnd) => {
        const bytes = new Uint8Array(real);
        for (const { at, value } of changes) bytes[fromEnd ? bytes.length - 1 - at : at] = value;
        accepts(bytes);
      }),
      300,
    );
  });
} else {
  test.skip('a real file cut short or changed', '../shared/models is not there');
}
