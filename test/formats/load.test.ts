/** One door for models: the format is told by the content, every file is read once, and what is hashed is what was read. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { type LoadedModel, loadModel, type ModelOptions } from '../../src/formats/load/index.js';
import { writeNetworkFile } from '../../src/formats/slalom/index.js';
import { ModelError } from '../../src/model/errors.js';
import { zooNetwork } from '../../src/zoo/index.js';
import { suite } from '../suite.js';
import { buildModel, encodeModel, modelMessage } from './onnx/model-builder.js';
import { graphFiles, node, reals } from './tfjs/graph-model.js';

const test = suite('formats: load');
const root = fileURLToPath(new URL('../../', import.meta.url));
const faces = join(root, 'node_modules/@vladmandic/face-api/model');

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

let folder: string;
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-load-'));
});
test.after(() => rmSync(folder, { recursive: true }));

const weights = Float32Array.of(1, -2, 3, 4, -5, 6);
const spec = {
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  constants: { w: { shape: [3, 2], data: weights } },
  input: { name: 'x', shape: [1, 3] },
  outputs: [{ name: 'y', shape: [1, 2] }],
};

/** The model with its weights in a file beside it. */
function outside(location: string): Uint8Array {
  const message = modelMessage(spec);
  const externalData = [{ key: 'location', value: location }];
  message.graph.initializer = [{ name: 'w', dims: [3, 2], dataType: 1, externalData, dataLocation: 1 }];
  return encodeModel(message);
}

async function refused(
  source: Parameters<typeof loadModel>[0],
  message: RegExp,
  options?: ModelOptions,
): Promise<void> {
  const error: unknown = await loadModel(source, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.instance(error, ModelError);
  assert.match((error as ModelError).message, message);
}

const without = ({ sha256: _, ...model }: LoadedModel): object => model;

test('an ONNX model: by path, URL and bytes, under any name', async () => {
  const bytes = buildModel(spec);
  const path = join(folder, 'notes.txt');
  writeFileSync(path, bytes);
  const model = await loadModel(path);
  assert.is(model.kind, 'float');
  assert.is(model.format, 'onnx');
  assert.is(model.name, 'notes.txt');
  assert.is(model.sha256, sha256(bytes));
  assert.equal(await loadModel(pathToFileURL(path)), model);
  assert.equal(await loadModel(bytes, { name: 'notes.txt' }), model);
});

test('weights beside an ONNX model are part of its hash, from a folder and from memory', async () => {
  const main = outside('data/w.bin');
  mkdirSync(join(folder, 'home', 'data'), { recursive: true });
  const path = join(folder, 'home', 'model.onnx');
  writeFileSync(path, main);
  const hashes = new Set<string>();
  for (const values of [weights, weights.with(0, 7)]) {
    const stored = new Uint8Array(values.buffer);
    writeFileSync(join(folder, 'home', 'data', 'w.bin'), stored);
    const model = await loadModel(path);
    const files = (location: string): Uint8Array | undefined => (location === 'data/w.bin' ? stored : undefined);
    assert.equal(await loadModel(main, { name: 'model.onnx', files }), model);
    assert.is(model.sha256, sha256(main, stored));
    hashes.add(model.sha256);
  }
  assert.is(hashes.size, 2);
  writeFileSync(join(folder, 'secret.bin'), new Uint8Array(24));
  await refused(outside('../secret.bin'), /must lie in the model's folder/, { files: () => new Uint8Array(24) });
  writeFileSync(path, outside('../secret.bin'));
  await refused(path, /must lie in the model's folder/);
});

test('a TensorFlow.js model: its folder, its model.json, and files in memory', async () => {
  const { modelJson, weights: stored } = graphFiles({
    nodes: [node('MatMul', 'y', ['x', 'w'])],
    constants: { w: reals([3, 2]) },
    input: [1, 3],
    outputs: ['y'],
  });
  const [shard] = (JSON.parse(modelJson) as { weightsManifest: [{ paths: [string] }] }).weightsManifest[0].paths;
  const home = join(folder, 'tfjs');
  mkdirSync(home);
  writeFileSync(join(home, 'model.json'), modelJson);
  writeFileSync(join(home, shard), stored);
  const model = await loadModel(home);
  assert.is(model.kind, 'float');
  assert.is(model.format, 'tfjs');
  assert.is(model.sha256, sha256(new TextEncoder().encode(modelJson), stored));
  assert.equal(await loadModel(join(home, 'model.json')), model);
  const files = (path: string): Uint8Array | undefined => (path === shard ? stored : undefined);
  assert.equal(await loadModel(new TextEncoder().encode(modelJson), { name: 'model.json', files }), model);
  assert.equal(await loadModel(home, { outputs: ['y'] }), model);
  await refused(new TextEncoder().encode(modelJson), /shard/, { name: 'model.json' });
});

test('a face model: the manifest and its weights', async () => {
  const manifest = join(faces, 'tiny_face_detector_model-weights_manifest.json');
  const model = await loadModel(manifest);
  assert.is(model.kind, 'float');
  assert.is(model.format, 'face-api');
  assert.ok(model.preprocessing !== null);
  const stored = readFileSync(join(faces, 'tiny_face_detector_model.bin'));
  assert.is(model.sha256, sha256(readFileSync(manifest), stored));
  const text = readFileSync(manifest, 'utf8');
  const alone = join(folder, 'tiny_face_detector_model-weights_manifest.json');
  writeFileSync(alone, text);
  await refused(alone, /tiny_face_detector_model\.bin: there is no such file beside/);
});

test("the library's own file keeps what it says of itself", async () => {
  const network = zooNetwork('mobilenet-v2', { size: 32, width: 0.25 });
  const origin = { format: 'onnx', sha256: 'ab'.repeat(32), tool: 'a test' };
  const bytes = writeNetworkFile(network, { preprocessing: null, labels: ['one'], origin });
  const model = await loadModel(bytes, { name: 'net.slalom' });
  assert.is(model.kind, 'quantized');
  if (model.kind !== 'quantized') return;
  assert.equal(model.labels, ['one']);
  assert.equal(model.origin, origin);
  assert.is(model.sha256, sha256(bytes));
  const bare = await loadModel(writeNetworkFile(network), {});
  assert.is(bare.kind === 'quantized' && bare.origin, null);
  assert.equal(without(bare), { ...without(model), name: 'model', labels: [], origin: null });
});

test('what cannot be loaded says why', async () => {
  await refused(join(folder, 'absent.onnx'), /absent\.onnx: there is no such file/);
  await refused(folder, /model\.json: there is no such file/);
  await refused(new Uint8Array(0), /model is of no known format: give a Slalom network file, .*, an ONNX model\./);
  await refused(new TextEncoder().encode('a list of names'), /of no known format/);
  await refused(buildModel(spec), /Outputs can be chosen for TensorFlow\.js models only/, { outputs: ['y'] });
  await refused(outside('w.bin'), /kept in another file/);
  await refused(outside('w.bin'), /"w\.bin" cannot be read/, { files: () => undefined });
  // Longer than a string can be: nothing of it is decoded.
  for (const first of ['{"modelTopology":', '[{"weights":']) {
    const long = new Uint8Array(2 ** 29 + 2 ** 20).fill(0x20);
    long.set(new TextEncoder().encode(first));
    await refused(long, /longer than 64 MiB/);
  }
  for (const wrong of [undefined, null, 7, {}]) {
    const error: unknown = await loadModel(wrong as never).catch((reason: unknown) => reason);
    assert.instance(error, TypeError);
    assert.match((error as Error).message, /a path, a URL, or the bytes/);
  }
  const misspelt = await loadModel(buildModel(spec), { inputshape: [1] } as never).catch((reason: unknown) => reason);
  assert.match((misspelt as Error).message, /loadModel has no option "inputshape"/);
});
