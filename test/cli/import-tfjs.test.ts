/** `slalom import` of TensorFlow.js models: by their content, from a file or a folder, and cut at inner tensors. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readNetworkFile } from '../../src/formats/slalom/index.js';
import { encodePng } from '../../src/pictures/index.js';
import { graphFiles, ints, node, reals, text, type } from '../formats/tfjs/graph-model.js';
import { chain, type Files, filled, saved, tfl } from '../formats/tfjs/layers-model.js';
import { numbers } from '../session/random-network.js';
import { suite } from '../suite.js';
import { refused, root, slalom } from './slalom.js';

const test = suite('cli import tfjs');
const { layers } = tfl;
let folder: string;
let pictures: string;

function written(name: string, { modelJson, weights }: Files): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'model.json'), modelJson);
  writeFileSync(join(place, 'group1-shard1of1.bin'), weights);
  return place;
}

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-import-tfjs-'));
  pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  for (let seed = 0; seed < 4; seed++) {
    const pixels = Uint8Array.from(numbers(seed)(3 * 12 * 12), (value) => Math.round(127.5 * (value + 1)));
    writeFileSync(join(pictures, `${seed}.png`), await encodePng({ width: 12, height: 12, pixels }));
  }
});
test.after(() => rmSync(folder, { recursive: true }));

test('a layers model in a folder becomes a network that runs', async () => {
  const model = chain(
    [8, 8, 3],
    layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, activation: 'relu' }),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax' }),
  );
  const place = written('layers', await saved(filled(model)));
  const output = join(folder, 'layers.slalom');
  const args = ['--calibrate', pictures, '--range', '-1,1', '-o', output];
  for (const path of [place, join(place, 'model.json')]) {
    const { code, err } = await slalom(['import', path, ...args]);
    assert.is(code, 0, err);
  }
  const { origin, preprocessing } = readNetworkFile(readFileSync(output), 'net');
  assert.is(origin!.format, 'tfjs');
  assert.equal(preprocessing!.colours, { kind: 'affine', factors: Array(3).fill(2 / 255), offsets: Array(3).fill(-1) });
  const { code, out, err } = await slalom([
    'run',
    '--model',
    output,
    '--image',
    join(pictures, '0.png'),
    '--plan',
    'all',
    '--json',
  ]);
  assert.is(code, 0, err);
  assert.is(JSON.parse(out).verifiedLayers, 2);
  await refused(['run', '--model', place, '--image', join(pictures, '0.png')], /is a float model: quantize it first/);
  await refused(['inspect', place], /is a float model: quantize it first/);
});

test('a graph model is cut where it is told', async () => {
  const FLOAT = { T: type('DT_FLOAT') };
  const windows = { ...FLOAT, strides: ints(1, 2, 2, 1), padding: text('SAME') };
  const files = graphFiles({
    input: [-1, -1, -1, 3],
    constants: { w: reals([3, 3, 3, 4]) },
    nodes: [node('Conv2D', 'c', ['x', 'w'], windows), node('Relu', 'r', ['c'], FLOAT), node('TopKV2', 't', ['r'])],
  });
  const place = written('graph', files);
  const output = join(folder, 'graph.slalom');
  const args = ['import', place, '--calibrate', pictures, '-o', output];
  await refused(
    [...args, '--input-shape', '1,8,8,3'],
    /node "t" \(TopKV2\) cannot be used: the operator is not supported; .* as outputs/,
  );
  await refused([...args, '--outputs', 'r'], /axis 1 of its input "x" has no fixed size/);
  const { code, err } = await slalom([...args, '--input-shape', '1,8,8,3', '--outputs', 'r', 'c']);
  assert.is(code, 0, err);
  const { network } = readNetworkFile(readFileSync(output), 'net');
  assert.is(network.outputs.length, 2);
  assert.equal(network.tensors[network.outputs[0]!]!.shape, [4, 4, 4]);
});

test('what is wrong is said', async () => {
  const onnx = join(root, 'test', 'formats', 'onnx', 'models', 'residual-17.onnx');
  const output = join(folder, 'no.slalom');
  await refused(
    ['import', onnx, '--outputs', 'x', '-o', output],
    /Outputs can be chosen for TensorFlow\.js models only, and residual-17\.onnx is an ONNX model\./,
  );
  writeFileSync(join(folder, 'other.json'), '{"hello": 1}');
  await refused(
    ['import', join(folder, 'other.json'), '-o', output],
    /other\.json is of no known format: give .*a TensorFlow\.js model/,
  );
  mkdirSync(join(folder, 'empty'));
  await refused(['import', join(folder, 'empty'), '-o', output], /model\.json: there is no such file/);
});
