/** Weights: quantized shards against TensorFlow.js's own decoding, files in folders, and everything that can be wrong with them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import type { Manifest } from '../../../src/formats/tfjs/schema.js';
import { readWeights } from '../../../src/formats/tfjs/weights.js';
import { ModelError } from '../../../src/model/errors.js';
import { numbers } from '../../session/random-network.js';
import { suite } from '../../suite.js';
import { chain, type Document, type Files, filled, near, networkOutputs, saved, tf, tfl } from './layers-model.js';

const test = suite('tfjs weights');
const { layers } = tfl;

const bytes = (count: number, seed: number): Uint8Array =>
  Uint8Array.from(numbers(seed)(count), (value) => Math.floor(127.99 * (value + 1)));

test('quantized shards are the very numbers that TensorFlow.js decodes', async () => {
  const affine = { scale: 0.0123456789, min: -1.7 };
  const weights: Manifest[number]['weights'] = [
    { name: 'a', shape: [3, 5], dtype: 'float32', quantization: { dtype: 'uint8', ...affine } },
    { name: 'b', shape: [2, 3], dtype: 'float32', quantization: { dtype: 'uint16', scale: 3.3e-5, min: -0.4 } },
    { name: 'c', shape: [4, 4], dtype: 'float32', quantization: { dtype: 'float16' } },
    { name: 'd', shape: [3], dtype: 'int32', quantization: { dtype: 'uint8', scale: 1.5, min: -20 } },
    { name: 'e', shape: [], dtype: 'float32' },
    { name: 'f', shape: [3], dtype: 'int32' },
    { name: 'g', shape: [3], dtype: 'bool' },
    { name: 'h', shape: [2, 0], dtype: 'float32' },
  ];
  const length = 15 + 2 * 6 + 2 * 16 + 3 + 4 + 4 * 3 + 3;
  for (const seed of [1, 2, 3]) {
    const data = bytes(length, seed);
    const expected = tf.io.decodeWeights(data.buffer as ArrayBuffer, weights as never);
    const { weights: actual } = readWeights([{ paths: ['w'], weights }], () => data);
    for (const { name, shape, dtype } of weights) {
      const constant = actual.get(name)!;
      assert.equal([constant.shape, constant.type], [shape, dtype]);
      assert.equal(Array.from(constant.entries), Array.from(expected[name]!.dataSync()), name);
    }
  }
});

test('every half-precision number', () => {
  const codes = Uint16Array.from({ length: 2 ** 16 }, (_, code) => code);
  const weights: Manifest[number]['weights'] = [
    { name: 'a', shape: [2 ** 16], dtype: 'float32', quantization: { dtype: 'float16' } },
  ];
  const data = new Uint8Array(codes.buffer);
  const expected = tf.io.decodeWeights(data.buffer, weights as never).a!.dataSync();
  const actual = readWeights([{ paths: ['w'], weights }], () => data).weights.get('a')!.entries;
  for (const [at, value] of actual.entries()) assert.ok(Object.is(value, expected[at]), `code ${at}`);
});

test('texts and complex numbers are passed over', () => {
  const text = Uint8Array.of(2, 0, 0, 0, 65, 66, 0, 0, 0, 0);
  const data = Uint8Array.of(...text, ...new Uint8Array(8), 7);
  const weights: Manifest[number]['weights'] = [
    { name: 't', shape: [2], dtype: 'string' },
    { name: 'c', shape: [1], dtype: 'complex64' },
    { name: 'b', shape: [1], dtype: 'bool' },
  ];
  const read = readWeights([{ paths: ['w'], weights }], () => data).weights;
  assert.equal([read.get('t'), read.get('c')], [null, null]);
  assert.equal(Array.from(read.get('b')!.entries), [7]);
  const long = Uint8Array.from(data).fill(255, 6, 10);
  assert.throws(
    () => readWeights([{ paths: ['w'], weights }], () => long),
    /the weight "t" cannot be used: its shards are cut short/,
  );
});

const IMAGE = [5, 4, 3];

async function model(): Promise<{ files: Files; document: Document; network: tfl.LayersModel }> {
  const network = filled(
    chain(
      IMAGE,
      layers.conv2d({ filters: 2, kernelSize: 3, name: 'c' }),
      layers.flatten(),
      layers.dense({ units: 2, name: 'd' }),
    ),
  );
  const files = await saved(network);
  return { files, document: JSON.parse(files.modelJson), network };
}

test('a model whose weights are stored as 8 bits computes what TensorFlow.js computes with them', async () => {
  const { document } = await model();
  const [group] = document.weightsManifest;
  const types = ['uint8', 'uint16', 'float16', 'uint8'];
  const parts: Uint8Array[] = [];
  group.weights.forEach((weight: Document, at: number) => {
    const dtype = types[at]!;
    const count = weight.shape.reduce((product: number, size: number) => product * size, 1);
    weight.quantization = dtype === 'float16' ? { dtype } : { dtype, scale: dtype === 'uint8' ? 0.01 : 3e-5, min: -1 };
    const halves = Uint16Array.from({ length: count }, (_, index) => 0x3800 + 37 * index);
    if (dtype === 'float16') parts.push(new Uint8Array(halves.buffer));
    else parts.push(bytes(dtype === 'uint8' ? count : 2 * count, at));
  });
  const weights = Uint8Array.from(parts.flatMap((part) => [...part]));
  const loaded = await tfl.loadLayersModel({
    load: async () => ({ ...document, weightSpecs: group.weights, weightData: Uint8Array.from(weights).buffer }),
  });
  const network = importTfjs({ modelJson: JSON.stringify(document), weights });
  const input = numbers(4)(60);
  const expected = loaded.predict(tf.tensor(input, [1, ...IMAGE])) as tf.Tensor;
  near(networkOutputs(network, input)[0]!, Float32Array.from(expected.dataSync()));
});

let folder: string;
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-tfjs-'));
});
test.after(() => rmSync(folder, { recursive: true }));

test('files in a folder, by its path, by the path of model.json, and as bytes', async () => {
  const { files, document } = await model();
  const cut = 101;
  const shards = {
    'group1-shard1of2.bin': files.weights.subarray(0, cut),
    'more/group1-shard2of2.bin': files.weights.subarray(cut),
  };
  document.weightsManifest[0].paths = Object.keys(shards);
  const modelJson = JSON.stringify(document);
  writeFileSync(join(folder, 'model.json'), modelJson);
  mkdirSync(join(folder, 'more'));
  for (const [name, data] of Object.entries(shards)) writeFileSync(join(folder, name), data);
  const expected = importTfjs(files, { name: 'model.json' });
  assert.equal(importTfjs(folder), expected);
  assert.equal(importTfjs(join(folder, 'model.json')), expected);
  assert.equal(importTfjs(pathToFileURL(join(folder, 'model.json'))), expected);
  const map = new Map(Object.entries(shards));
  assert.equal(importTfjs({ modelJson, weights: (path) => map.get(path) }, { name: 'model.json' }), expected);
  assert.equal(
    importTfjs(
      { modelJson: new TextEncoder().encode(modelJson), weights: Buffer.from(files.weights) },
      { name: 'model.json' },
    ),
    expected,
  );
  const offset = new Uint8Array(files.weights.length + 3);
  offset.set(files.weights, 3);
  assert.equal(importTfjs({ modelJson, weights: offset.subarray(3) }, { name: 'model.json' }), expected);
});

test('groups are read one after the other', async () => {
  const { files, document } = await model();
  const { weights } = document.weightsManifest[0];
  const first = 4 * weights[0].shape.reduce((product: number, size: number) => product * size, 1);
  document.weightsManifest = [
    { paths: ['a'], weights: weights.slice(0, 1) },
    { paths: ['b'], weights: weights.slice(1) },
  ];
  const modelJson = JSON.stringify(document);
  const parts = new Map([
    ['a', files.weights.subarray(0, first)],
    ['b', files.weights.subarray(first)],
  ]);
  assert.equal(importTfjs({ modelJson, weights: (path) => parts.get(path) }), importTfjs(files));
  assert.equal(importTfjs({ modelJson, weights: files.weights }), importTfjs(files));
});

function refused(action: () => unknown, sentence: RegExp): void {
  assert.throws(action, (error: unknown) => {
    assert.instance(error, ModelError);
    assert.match((error as Error).message, sentence);
    return true;
  });
}

test('shards that are missing, cut short, too long, or outside the folder', async () => {
  const { files, document } = await model();
  const { modelJson, weights } = files;
  refused(
    () => importTfjs({ modelJson, weights: () => undefined }),
    /^model cannot be used: the shard "group1-shard1of1.bin" of its weights is missing\.$/,
  );
  refused(
    () => importTfjs({ modelJson, weights: weights.subarray(0, -1) }),
    /the weight "d\/.*" cannot be used: its shards are cut short; get them again\./,
  );
  refused(
    () => importTfjs({ modelJson, weights: new Uint8Array(weights.length + 1) }),
    /a group of its weights has \d+ bytes, and \d+ are described/,
  );
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  writeFileSync(join(folder, 'secret.bin'), weights);
  symlinkSync(join(folder, 'secret.bin'), join(inner, 'link.bin'));
  mkdirSync(join(inner, 'directory'));
  const outside = /must lie in the model's folder/;
  const cases: [string, RegExp][] = [
    ['../secret.bin', outside],
    [join(folder, 'secret.bin'), outside],
    ['a/../../secret.bin', outside],
    ['..\\secret.bin', outside],
    ['C:secret.bin', outside],
    ['a\0b', outside],
    ['link.bin', /is missing/],
    ['nothing.bin', /is missing/],
    ['directory', /cannot be read, or is too large/],
  ];
  for (const [path, sentence] of cases) {
    document.weightsManifest[0].paths = [path];
    writeFileSync(join(inner, 'model.json'), JSON.stringify(document));
    refused(() => importTfjs(inner), sentence);
  }
  refused(
    () => importTfjs(join(folder, 'nowhere')),
    /^nowhere cannot be read: give the path of a model\.json, or of its folder\.$/,
  );
  refused(() => importTfjs('a\0b'), /cannot be read/);
});

test('manifests that describe nothing real', async () => {
  const { files, document } = await model();
  const text = JSON.stringify(document);
  const cases: [(entry: Document, whole: Document) => void, RegExp][] = [
    [
      (entry) => {
        entry.dtype = 'float64';
      },
      /weightsManifest\[0\]\.weights\[0\]\.dtype must be "float32" or/,
    ],
    [
      (entry) => {
        entry.shape = [-1];
      },
      /shape\[0\] must be a whole number/,
    ],
    [
      (entry) => {
        entry.shape = [2 ** 28, 2 ** 28];
      },
      /has more than 268435456 entries/,
    ],
    [
      (entry) => {
        entry.shape = [2 ** 27];
      },
      /its shards are cut short/,
    ],
    [
      (entry) => {
        entry.quantization = { dtype: 'uint8', scale: 1 };
      },
      /quantization\.min is missing/,
    ],
    [
      (entry) => {
        entry.quantization = { dtype: 'uint4', scale: 1, min: 0 };
      },
      /quantization\.dtype must be "uint8" or "uint16"/,
    ],
    [
      (entry) => {
        Object.assign(entry, { dtype: 'bool', quantization: { dtype: 'uint8', scale: 1, min: 0 } });
      },
      /its bool entries cannot be quantized as uint8/,
    ],
    [
      (entry) => {
        Object.assign(entry, { dtype: 'int32', quantization: { dtype: 'float16' } });
      },
      /its int32 entries cannot be quantized as float16/,
    ],
    [
      (entry) => {
        entry.extra = 1;
      },
      /must not have the field "extra"/,
    ],
    [
      (entry, whole) => {
        entry.name = whole.weightsManifest[0].weights[1].name;
      },
      /there is another of that name/,
    ],
    [
      (_, whole) => {
        whole.weightsManifest = {};
      },
      /weightsManifest must be a list/,
    ],
    [
      (_, whole) => {
        whole.weightsManifest[0].paths = 'w';
      },
      /paths must be a list/,
    ],
    [
      (_, whole) => {
        whole.other = 1;
      },
      /must not have the field "other"/,
    ],
    [
      (_, whole) => {
        whole.format = 'onnx';
      },
      /format must be "layers-model" or/,
    ],
    [
      (_, whole) => {
        whole.format = 'graph-model';
      },
      /its format is graph-model, but its topology is that of another/,
    ],
    [
      (_, whole) => {
        delete whole.weightsManifest;
      },
      /weightsManifest is missing/,
    ],
  ];
  for (const [change, sentence] of cases) {
    const whole: Document = JSON.parse(text);
    change(whole.weightsManifest[0].weights[0], whole);
    refused(() => importTfjs({ modelJson: JSON.stringify(whole), weights: files.weights }), sentence);
  }
});

test('texts that are no model.json', () => {
  const read = (modelJson: string | Uint8Array) => () => importTfjs({ modelJson, weights: new Uint8Array(0) });
  refused(read('{'), /^model cannot be used: model\.json is not JSON\.$/);
  refused(read(Uint8Array.of(0xff)), /is not JSON/);
  refused(read('[]'), /it is a manifest of weights without a topology/);
  refused(read('{"modelTopology":{},"weightsManifest":[],"__proto__":1}'), /must not have the field "__proto__"/);
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
  refused(read(`{"modelTopology":${deep},"weightsManifest":[]}`), /its topology is nested deeper than 64 levels/);
  const deeper = `${'['.repeat(2 ** 20)}${']'.repeat(2 ** 20)}`;
  refused(read(`{"modelTopology":${deeper},"weightsManifest":[]}`), /its topology is nested deeper than 64 levels/);
  refused(read(' '.repeat(2 ** 26 + 1)), /longer than 64 MiB/);
});
