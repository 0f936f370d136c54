/** Where a model's bytes come from: paths, bytes, weights beside the file, typed fields, open shapes. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { importOnnx, type OnnxOptions } from '../../../src/formats/onnx/index.js';
import { evaluateFloat } from '../../../src/graph/index.js';
import { ModelError } from '../../../src/model/errors.js';
import { suite } from '../../suite.js';
import { buildModel, encodeModel, type ModelSpec, modelMessage } from './model-builder.js';
import type { Message } from './testdata.js';

const test = suite('onnx files');

const weights = Float32Array.of(1, -2, 3, 4, -5, 6);
const spec: ModelSpec = {
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  constants: { w: { shape: [3, 2], data: weights } },
  input: { name: 'x', shape: [1, 3] },
  outputs: [{ name: 'y', shape: [1, 2] }],
};

/** The model with its weights replaced by these fields of the message. */
function withTensor(fields: Message): Uint8Array {
  const message = modelMessage(spec);
  message.graph.initializer = [{ name: 'w', dims: [3, 2], dataType: 1, ...fields }];
  return encodeModel(message);
}

function external(entries: Record<string, string>): Uint8Array {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return withTensor({ externalData, dataLocation: 1 });
}

function result(source: Uint8Array | string | URL, options?: OnnxOptions): number[] {
  const imported = importOnnx(source, options);
  if (imported.kind !== 'float') throw new Error('expected a float network');
  const { network } = imported;
  return Array.from(evaluateFloat(network, Float32Array.of(1, 2, 3))[network.outputs[0]!]!);
}

const EXPECTED = [-8, 24];

function refuses(source: Uint8Array | string, message: RegExp, options?: OnnxOptions): void {
  assert.throws(
    () => importOnnx(source, options),
    (error: unknown) => {
      assert.ok(error instanceof ModelError, String(error));
      assert.ok(message.test(error.message), error.message);
      return true;
    },
  );
}

const bytesOf = (values: Float32Array | Float64Array | Uint16Array): Uint8Array => new Uint8Array(values.buffer);

test('weights in every field and type that can hold them', () => {
  const plain = Array.from(weights);
  assert.equal(result(withTensor({ floatData: plain })), EXPECTED);
  assert.equal(result(withTensor({ dataType: 11, doubleData: plain })), EXPECTED);
  assert.equal(result(withTensor({ dataType: 11, rawData: bytesOf(Float64Array.from(plain)) })), EXPECTED);
  const half = Uint16Array.of(0x3c00, 0xc000, 0x4200, 0x4400, 0xc500, 0x4600);
  assert.equal(result(withTensor({ dataType: 10, rawData: bytesOf(half) })), EXPECTED);
  assert.equal(result(withTensor({ dataType: 10, int32Data: Array.from(half) })), EXPECTED);
  const brain = Uint16Array.of(0x3f80, 0xc000, 0x4040, 0x4080, 0xc0a0, 0x40c0);
  assert.equal(result(withTensor({ dataType: 16, rawData: bytesOf(brain) })), EXPECTED);
  refuses(withTensor({ dataType: 8 }), /element type 8/);
  refuses(withTensor({ dataType: 17, rawData: new Uint8Array(6) }), /element type 17/);
  refuses(withTensor({ rawData: new Uint8Array(23) }), /has 23 bytes, but its shape needs 24/);
  refuses(withTensor({ floatData: [1, 2] }), /has 2 entries, but its shape needs 6/);
  refuses(withTensor({}), /has 0 entries/);
});

test('weights of half a byte', () => {
  const message = modelMessage({
    ...spec,
    nodes: [{ op: 'DequantizeLinear', inputs: ['q', 's'], outputs: ['w'] }, ...spec.nodes],
    constants: { s: { shape: [], data: [1] } },
    version: 21,
  });
  const codes = { name: 'q', dims: [3, 2], dataType: 22, rawData: Uint8Array.of(0xe1, 0x43, 0x6b) };
  (message.graph.initializer as Message[]).push(codes);
  assert.equal(result(encodeModel(message)), EXPECTED);
});

test('a path, a URL, and what cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slalom-onnx-'));
  try {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, buildModel(spec));
    assert.equal(result(path), EXPECTED);
    assert.equal(result(pathToFileURL(path)), EXPECTED);
    assert.is(importOnnx(path).network.name, 'model.onnx');
    refuses(join(folder, 'absent.onnx'), /absent.onnx cannot be read/);
    refuses(folder, /cannot be read/);
    writeFileSync(path, '');
    refuses(path, /model.onnx is empty/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('weights beside the file, in its folder and nowhere else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slalom-onnx-'));
  try {
    const home = join(folder, 'home');
    mkdirSync(join(home, 'data'), { recursive: true });
    const path = join(home, 'model.onnx');
    const stored = new Uint8Array(40).fill(255);
    stored.set(bytesOf(weights), 8);
    writeFileSync(join(home, 'data', 'w.bin'), stored);
    writeFileSync(join(folder, 'secret.bin'), stored);
    const at = (entries: Record<string, string>): string => {
      writeFileSync(path, external(entries));
      return path;
    };
    assert.equal(result(at({ location: 'data/w.bin', offset: '8', length: '24' })), EXPECTED);
    writeFileSync(join(home, 'exact.bin'), bytesOf(weights));
    assert.equal(result(at({ location: 'exact.bin' })), EXPECTED);
    refuses(at({ location: 'data/w.bin', offset: '8', length: '25' }), /has 25 bytes/);
    refuses(at({ location: 'data/w.bin', offset: '30', length: '24' }), /too short/);
    refuses(at({ location: 'data/w.bin', offset: '900000000000000', length: '24' }), /too short/);
    refuses(at({ location: 'data/w.bin', offset: '-8', length: '24' }), /offset .* is no size/);
    refuses(at({ location: 'none.bin' }), /"none.bin" cannot be read/);
    refuses(at({ location: 'data' }), /too short|cannot be read/);
    for (const location of ['../secret.bin', 'data/../../secret.bin', join(folder, 'secret.bin'), 'data\\..\\x', '']) {
      refuses(at({ location, offset: '8', length: '24' }), /must lie in the model's folder/);
    }
    symlinkSync(join(folder, 'secret.bin'), join(home, 'link.bin'));
    refuses(at({ location: 'link.bin', offset: '8', length: '24' }), /cannot be read/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('weights beside a model that is given as bytes', () => {
  const bytes = external({ location: 'w.bin', offset: '0', length: '24' });
  assert.equal(
    result(bytes, { externalData: (location) => (location === 'w.bin' ? bytesOf(weights) : undefined) }),
    EXPECTED,
  );
  refuses(bytes, /import the model by its path, or give externalData/);
  refuses(bytes, /cannot be read/, { externalData: () => undefined });
  refuses(bytes, /too short/, { externalData: () => new Uint8Array(23) });
});

test('an open batch axis is one image; other open axes must be given', () => {
  const open = (shape: readonly (number | string)[]): Uint8Array =>
    buildModel({
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      input: { name: 'x', shape },
      outputs: [{ name: 'y', shape: [] }],
    });
  const shapeOf = (bytes: Uint8Array, options?: OnnxOptions): readonly number[] => {
    const { network } = importOnnx(bytes, options);
    return network.tensors[network.input]!.shape;
  };
  assert.equal(shapeOf(open(['batch', 3, 8, 6])), [8, 6, 3]);
  assert.equal(shapeOf(open([1, 3, 'h', 'w']), { inputShape: [1, 3, 8, 6] }), [8, 6, 3]);
  refuses(open([1, 3, 'height', 6]), /axis 2 of its input "x" has no fixed size \("height"\); give inputShape/);
  refuses(open([1, 3, 8, 6]), /inputShape says 4 for axis 1 of "x", the file 3/, { inputShape: [1, 4, 8, 6] });
  refuses(open([1, 3, 8, 6]), /inputShape has 2 axes/, { inputShape: [1, 4] });
  refuses(open([1, 3, 'h', 6]), /axis of size -2/, { inputShape: [1, 3, -2, 6] });
});

test('models with several inputs are refused', () => {
  const { input, ...rest } = spec;
  refuses(buildModel({ ...rest, inputs: [input!, { name: 'z', shape: [1] }] }), /has 2 inputs/);
});
