/** `slalom import`, `inspect` and `run` on one file: from a float model and pictures to a verified, private run. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { importOnnx } from '../../src/formats/onnx/index.js';
import { networkHash, readNetworkFile, writeNetworkFile } from '../../src/formats/slalom/index.js';
import { importTflite } from '../../src/formats/tflite/index.js';
import { evaluateFloat } from '../../src/graph/index.js';
import { certify } from '../../src/operations/certificate.js';
import { linearOperations } from '../../src/operations/graph.js';
import { decodeImage, encodePng, realPicture } from '../../src/pictures/index.js';
import { buildTflite, codes, integers } from '../formats/tflite/model-builder.js';
import { convolution } from '../formats/tflite/operators.js';
import { numbers } from '../session/random-network.js';
import { suite } from '../suite.js';
import { refused, root, slalom } from './slalom.js';

const test = suite('cli import');

const model = join(root, 'test', 'formats', 'onnx', 'models', 'residual-17.onnx');
let folder: string;
let pictures: string;
let tflite: string;

async function picture(seed: number, width = 40, height = 30): Promise<Uint8Array> {
  const pixels = Uint8Array.from(numbers(seed)(3 * width * height), (value) => Math.round(127.5 * (value + 1)));
  return encodePng({ width, height, pixels });
}

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-import-'));
  pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  for (let seed = 0; seed < 6; seed++) writeFileSync(join(pictures, `${seed}.png`), await picture(seed));
  writeFileSync(join(folder, 'labels.txt'), 'ant\nbee\ncat\ndog\neel\n');
  tflite = join(folder, 'model.bin');
  const tensors = [
    codes([1, 4, 4, 3], 0.5, 3),
    codes([2, 3, 3, 3], 0.25, 7, { data: Array.from({ length: 54 }, (_, index) => (index * 7) % 256) }),
    integers([5, -6]),
    codes([1, 4, 4, 2], 1, 4),
  ];
  writeFileSync(tflite, buildTflite({ tensors, operators: [convolution([0, 1, 2], 3, {})] }));
});
test.after(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly network: { readonly networkHash: string; readonly sha256: string };
  readonly top: readonly { readonly label: string }[];
  readonly output: readonly number[];
  readonly verifiedLayers: number;
}

test('a float model becomes a file that a picture is enough for', async () => {
  const output = join(folder, 'net.slalom');
  const args = ['import', model, '--calibrate', pictures, '-o', output, '--labels', join(folder, 'labels.txt')];
  const style = ['--mean', '0.485,0.456,0.406', '--std', '0.229,0.224,0.225', '--fit', 'crop', '--order', 'bgr'];
  const { code, out, err } = await slalom([...args, ...style, '--calibration', 'percentile', '--json']);
  assert.is(code, 0, err);
  const said = JSON.parse(out) as Record<string, unknown> & { networkHash: string; trials: { what: string }[] };
  const file = readNetworkFile(readFileSync(output), 'net.slalom');
  assert.is(file.networkHash, said.networkHash);
  assert.equal(file.labels, ['ant', 'bee', 'cat', 'dog', 'eel']);
  const { calibration, format } = file.origin!;
  assert.equal(
    [format, calibration!.images, calibration!.method, calibration!.percentile],
    ['onnx', 6, 'percentile', 99.99],
  );
  assert.equal(
    said.trials.map(({ what }) => what),
    ['plain', 'equalized', 'biases corrected'],
  );
  assert.equal(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  );

  const photo = join(pictures, '3.png');
  const run = await slalom(['run', '--model', output, '--image', photo, '--plan', 'all', '--json']);
  assert.is(run.code, 0, run.err);
  const result = JSON.parse(run.out) as Run;
  assert.is(result.network.networkHash, file.networkHash);
  assert.is(result.verifiedLayers, certify(file.network).layers.length);
  assert.ok(file.labels.includes(result.top[0]!.label));

  // The integers mean what the float model says of the same picture.
  const imported = importOnnx(model);
  if (imported.kind !== 'float') throw new Error('not a float model');
  const { network } = imported;
  const image = await decodeImage(readFileSync(photo), 'photo');
  const reals = evaluateFloat(network, realPicture(image, file.preprocessing!, network.tensors[network.input]!.shape));
  const expected = reals[network.outputs[0]!]!;
  const tensor = file.network.tensors[file.network.outputs[0]!]!;
  if (tensor.kind !== 'accumulator') throw new Error('no accumulators');
  const largest = Math.max(...expected.map(Math.abs));
  expected.forEach((value, index) => {
    assert.ok(Math.abs(result.output[index]! * tensor.scales[index]! - value) < 0.05 * largest);
  });
});

test('nothing depends on the name of a file, and the same network has the same hash', async () => {
  const network = importTflite(readFileSync(tflite), 'any');
  const output = join(folder, 'from-tflite');
  const { code, err } = await slalom(['import', tflite, '-o', output]);
  assert.is(code, 0, err);
  const hashes: string[] = [];
  for (const path of [tflite, output]) {
    const inspected = JSON.parse((await slalom(['inspect', path, '--json'])).out) as Record<string, unknown>;
    hashes.push(inspected.networkHash as string);
    assert.is(inspected.format, path === tflite ? 'tflite' : 'slalom');
    const planned = JSON.parse((await slalom(['plan', '--model', path, '--json'])).out) as Record<string, unknown>;
    assert.is(planned.networkHash, inspected.networkHash);
    const ran = JSON.parse(
      (await slalom(['run', '--model', path, '--image', join(pictures, '1.png'), '--json'])).out,
    ) as Run;
    assert.is(ran.network.networkHash, inspected.networkHash);
    hashes.push(JSON.stringify(ran.output));
  }
  assert.equal(hashes.slice(0, 2), hashes.slice(2));
  assert.is(hashes[0], networkHash(network));
});

test('inspecting shows the certificate of every layer, in a table and in JSON', async () => {
  const output = join(folder, 'certified.slalom');
  await slalom(['import', model, '--calibrate', pictures, '-o', output, '--no-equalize', '--no-bias-correction']);
  const { network, certificate, networkHash: hash } = readNetworkFile(readFileSync(output), 'net');
  const text = (await slalom(['inspect', output])).out;
  assert.match(text, hash);
  assert.match(text, '0 pairs of layers equalized, biases not corrected');
  const json = JSON.parse((await slalom(['inspect', output, '--json'])).out) as Record<string, unknown> & {
    layers: Record<string, unknown>[];
    totals: Record<string, number>;
    soundness: Record<string, number>;
  };
  assert.is(json.layers.length, certificate.layers.length);
  const maps = linearOperations(network);
  certificate.layers.forEach((layer, index) => {
    const row = json.layers[index]!;
    for (const field of ['name', 'bound', 'bits', 'macs', 'inputs', 'outputs'] as const)
      assert.is(row[field], layer[field]);
    assert.match(text, layer.bound.toLocaleString('en'));
    const k = json.soundness.repetitions!;
    const last = maps[index]!.requantization === null ? 4 : 2;
    assert.is(row.trustedBytes, layer.inputs * (10 + 4 * k) + layer.outputs * (8 + 4 * k + last));
    assert.is(row.padBytes, 4 * (layer.inputs + layer.outputs));
    assert.equal(row.limbs, { blinded: 3, plain: 1, weights: 1 });
  });
  assert.is(json.totals.macs, certificate.macs);
  assert.ok(json.soundness.inferenceBits! >= 40);
});

test('what cannot be imported is refused in one sentence, and nothing is written', async () => {
  const output = join(folder, 'never.slalom');
  const base = ['import', model, '-o', output];
  await refused(['import', model, '--calibrate', pictures], /required option '-o/);
  await refused(base, /give --calibrate a folder of pictures/);
  await refused([...base, '--calibrate', folder], /--calibrate .*no BMP, JPEG or PNG picture/);
  await refused([...base, '--calibrate', join(folder, 'missing.png')], /no file/);
  await refused([...base, '--calibrate', join(folder, 'labels.txt')], /not a picture/);
  await refused([...base, '--calibration', 'best'], /--calibration takes one of min-max, percentile, mse/);
  for (const bits of ['7', '13', '8.5', 'many']) {
    await refused([...base, '--activation-bits', bits], /--activation-bits takes a whole number from 8 to 12/);
  }
  await refused([...base, '--percentile', '99'], /belongs to --calibration percentile/);
  await refused([...base, '--calibration', 'percentile', '--percentile', '20'], /from 50 to 100/);
  await refused([...base, '--calibrate', pictures, '--range', '1,0'], /--range takes a smaller and a larger/);
  await refused([...base, '--calibrate', pictures, '--range', '0,1', '--mean', '0'], /not both/);
  await refused([...base, '--calibrate', pictures, '--mean', '1,2'], /--mean takes 1 or 3 numbers/);
  await refused([...base, '--calibrate', pictures, '--std', '0'], /--std takes positive/);
  await refused([...base, '--calibrate', pictures, '--fit', 'round'], /--fit takes one of/);
  await refused([...base, '--input-shape', '1,x'], /--input-shape takes/);
  await refused([...base, '--modulus', '7'], /--modulus takes P24 or M31/);
  await refused([...base, '--labels', model], /not a text file/);
  await refused(['import', model, '--calibrate', pictures, '-o', folder], /this is a folder/);
  await refused(['import', model, '--calibrate', pictures, '-o', join(folder, 'no', 'x')], /there is no folder/);
  await refused(['import', tflite, '--calibrate', pictures, '-o', output], /quantized already/);
  await refused(
    ['import', join(folder, 'labels.txt'), '-o', output],
    /labels\.txt is of no known format: give a Slalom/,
  );
  await refused(['run', '--model', model, '--image', join(pictures, '1.png')], /float model: quantize it first/);
  assert.not.ok(existsSync(output));
});

test('a file that was changed is refused', async () => {
  const output = join(folder, 'changed.slalom');
  const bytes = writeNetworkFile(importTflite(readFileSync(tflite), 'any'));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(output, bytes);
  await refused(['inspect', output], /changed\.slalom cannot be used: .*changed or damaged/);
  await refused(['run', '--model', output, '--image', join(pictures, '1.png')], /changed or damaged/);
  writeFileSync(output, bytes.subarray(0, 1000));
  await refused(['plan', '--model', output], /cut short/);
});

test('Ctrl-C while calibrating ends with 130 and leaves no file', async () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  writeFileSync(join(many, '0.png'), await picture(9, 500, 400));
  for (let copy = 1; copy < 150; copy++) copyFileSync(join(many, '0.png'), join(many, `${copy}.png`));
  const output = join(folder, 'interrupted.slalom');
  const { code, out, err } = await slalom(['import', model, '--calibrate', many, '-o', output], 'calibrating');
  assert.is(code, 130, err);
  assert.is(out, '');
  assert.match(err, /Interrupted/);
  assert.equal(
    readdirSync(folder).filter((name) => name.includes('interrupted')),
    [],
  );
});
