/** The recorded accuracy belongs to the committed networks, and both networks give on a device what they give in the clear. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { FILES, INPUT, integersOf, isInstalled, readPictures, realsOf, SIDE } from '../../bench/accuracy/dataset.js';
import { clearLogits, floatLogits, guardedLogits } from '../../bench/accuracy/evaluate.js';
import { decodeIdx } from '../../bench/accuracy/idx.js';
import { complaints } from '../../bench/accuracy/judge.js';
import { fileOf, quantizeNetwork, readNetwork } from '../../bench/accuracy/networks.js';
import {
  decodeRecord,
  NETWORKS,
  type NetworkName,
  type Row,
  readRecords,
  recordOf,
} from '../../bench/accuracy/results.js';
import { runtimeLogits } from '../../bench/accuracy/runtime.js';
import { differingCount, disagreeingCount, largestDistance, rightCount, topClass } from '../../bench/accuracy/score.js';
import { accuracyParts } from '../../docs/.vitepress/site/accuracy.js';
import { saboteur, wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { ModelError, networkHash } from '../../src/network/index.js';
import { pictureQuantization, preparePicture } from '../../src/pictures/index.js';
import { IntegrityError } from '../../src/protocol/index.js';
import { evaluate } from '../../src/reference/evaluate.js';
import { root } from '../cli/slalom.js';
import { requiredDevices } from '../devices.js';
import { suite } from '../suite.js';

const test = suite('accuracy');
const run = promisify(execFile);
const records = readRecords();
const rows = records.map(({ row }) => row);
const signal = new AbortController().signal;

/** The limit for a committed network. */
const MOST_FILE_BYTES = 2 * 2 ** 20;

const rowOf = (name: NetworkName): Row => rows[NETWORKS.indexOf(name)]!;

test('the record is of the committed files, of all test images, and nothing in it is wrong', () => {
  assert.equal(
    rows.map(({ network }) => network),
    NETWORKS.map((name) => `fashion-${name}`),
  );
  assert.equal(complaints(rows), []);
  for (const name of NETWORKS) {
    const row = rowOf(name);
    const bytes = readFileSync(fileOf(name));
    assert.is(
      row.sha256,
      createHash('sha256').update(bytes).digest('hex'),
      `${name}: npm run accuracy was not run again`,
    );
    assert.is(row.fileBytes, bytes.length);
    assert.ok(bytes.length <= MOST_FILE_BYTES);
    assert.is(row.images, 10_000);
    for (const { right, top1 } of [row.float, row.quantized, row.verified, row.private]) {
      assert.is(top1, right / 100);
    }
    // The same logits cannot give other classes.
    assert.is(row.verified.right, row.quantized.right);
    assert.is(row.private.right, row.quantized.right);
    const { training } = readNetwork(name);
    assert.equal(
      [training.testTop1, training.seed, training.parameters],
      [row.training.pytorchTop1, row.training.seed, row.parameters],
    );
  }
});

test('the page shows what is recorded', () => {
  const page = [...accuracyParts(records).values()].join('\n');
  for (const { float, quantized, networkHash: hash, parameters } of rows) {
    for (const text of [
      float.top1.toFixed(2),
      quantized.top1.toFixed(2),
      hash.slice(0, 16),
      parameters.toLocaleString('en'),
    ])
      assert.ok(page.includes(text), text);
  }
  assert.throws(() => decodeRecord('{}', 'vgg'), /accuracy-vgg\.json/);
});

test('what must not be in a row is complained about', () => {
  const good = rowOf('vgg');
  assert.equal(complaints([good]), []);
  const differing = { ...good, private: { ...good.private, differingImages: 1 } };
  assert.match(complaints([differing])[0]!, /1 images have other logits private/);
  assert.match(complaints([{ ...good, outsourced: good.layers - 1 }])[0]!, /outsourced/);
  assert.match(complaints([{ ...good, differencePoints: -0.51 }])[0]!, /-0\.51 percentage points/);
  assert.equal(complaints([{ ...good, differencePoints: -0.5 }]), []);
  assert.equal(complaints([{ ...good, images: 100, differencePoints: 1 }]), []);
  assert.is(complaints([{ ...good, images: 100, differencePoints: 2 }]).length, 1);
});

test('logits are scored and compared', () => {
  assert.equal([topClass([1, 3, 3]), topClass([-2, -1, -3]), topClass([0])], [1, 1, 0]);
  const a = [
    [1, 2],
    [4, 3],
    [0, 0],
  ];
  const b = [
    [1, 2],
    [3, 4],
    [0, -1],
  ];
  assert.equal([rightCount(a, Uint8Array.of(1, 1, 0)), disagreeingCount(a, b), differingCount(a, b)], [2, 1, 2]);
  assert.is(largestDistance(a, b), 1);
  assert.is(differingCount(a, a), 0);
  assert.is(differingCount([[1, 2]], [[1]]), 1);
  assert.throws(() => differingCount(a, []), RangeError);
});

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...data]);
}

test('IDX files are read, compressed or not, and damaged ones are refused in one sentence', () => {
  const file = idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);
  for (const bytes of [file, gzipSync(file)]) {
    const { shape, data } = decodeIdx(bytes, 'file', 3);
    assert.equal(
      [shape, Array.from(data)],
      [
        [2, 1, 3],
        [1, 2, 3, 4, 5, 6],
      ],
    );
  }
  const compressed = gzipSync(file);
  const wrong: readonly (readonly [Uint8Array, RegExp])[] = [
    [file.subarray(0, 17), /says 6 bytes and has 1/],
    [file.subarray(0, 15), /no IDX file/],
    [new Uint8Array(), /no IDX file/],
    [idx([6], [1, 2, 3, 4, 5, 6]), /3 axes/],
    [Uint8Array.from(file, (byte, at) => (at === 2 ? 9 : byte)), /no IDX file/],
    [idx([2 ** 32 - 1, 2 ** 32 - 1, 9], []), /damaged/],
    [compressed.subarray(0, compressed.length - 9), /cannot be expanded/],
  ];
  for (const [bytes, message] of wrong) {
    try {
      decodeIdx(bytes, 'file', 3);
      assert.unreachable('it was read');
    } catch (error) {
      assert.instance(error, ModelError);
      assert.match((error as Error).message, message);
    }
  }
});

test('a picture is the same integers here and for slalom run', () => {
  const how = {
    fit: 'stretch',
    order: 'rgb',
    colours: { kind: 'affine', factors: [1 / 255], offsets: [0] },
  } as const;
  assert.equal(pictureQuantization(how), INPUT);
  const picture = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => (at * 7) % 256);
  const pixels = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => picture[Math.floor(at / 3)]!);
  const tensor = { kind: 'activation', name: 'image', shape: [SIDE, SIDE, 1], ...INPUT } as const;
  assert.equal(preparePicture({ width: SIDE, height: SIDE, pixels }, how, tensor), integersOf(picture));
  assert.is(realsOf(picture)[1], Math.fround(7 / 255));
});

const command = ['--import', 'tsx', join(root, 'bench', 'accuracy', 'main.ts')];

interface Refusal {
  readonly code: number;
  readonly stderr: string;
  readonly stdout: string;
}

async function refusedWith(args: readonly string[]): Promise<Refusal> {
  try {
    await run(process.execPath, [...command, ...args], { cwd: root });
  } catch (error) {
    return error as Refusal;
  }
  throw new Error('the command did not fail');
}

test('wrong usage ends with one sentence and code 2', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slalom-accuracy-'));
  try {
    const wide = join(folder, 'wide');
    writeFileSync(wide, idx([1, 2, 3], [1, 2, 3, 4, 5, 6]));
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--subset', '0'], /whole number/],
      [['--images', join(folder, 'none')], /cannot be read/],
      [['--images', wide], /28 x 28/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr, stdout } = await refusedWith(args);
      assert.equal([code, stdout], [2, '']);
      assert.match(stderr, message);
      assert.is(stderr.trim().split('\n').length, 1);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const withPictures = 'the trained networks on pictures of Fashion-MNIST';

if (isInstalled()) {
  for (const name of NETWORKS) {
    test(`fashion-${name}: on the device, verified and private, every logit is the one in the clear`, async () => {
      const trained = readNetwork(name);
      const pictures = await readPictures(FILES.images, 24);
      const arithmetic = await wasmArithmetic({ threads: 2 });
      const device = await wasmDevice();
      try {
        const calibration = await readPictures(FILES.calibrate, records[0]!.calibrationImages);
        const { network } = await quantizeNetwork(trained, calibration, arithmetic, signal);
        assert.is(networkHash(network), rowOf(name).networkHash, 'the quantizer changed: run npm run accuracy again');
        const clear = await clearLogits(network, arithmetic, pictures, () => {});
        for (const privacy of [false, true]) {
          const how = { network, device, arithmetic, privacy, batch: 5, signal };
          const { logits, layers, outsourced, soundnessBits } = await guardedLogits(how, pictures, () => {});
          assert.is(differingCount(logits, clear), 0);
          assert.is(outsourced, layers);
          assert.ok(soundnessBits >= 40);
        }
        // And in the clear is what the definition says.
        const [expected] = evaluate(network, Array.from(integersOf(pictures[0]!), BigInt));
        assert.equal(Array.from(clear[0]!), expected!.map(Number));

        const float = await floatLogits(trained.float, pictures, () => {});
        assert.ok(disagreeingCount(float, clear) <= 1);
        const runtime = await runtimeLogits(trained.bytes, pictures, 1, () => {});
        assert.ok(largestDistance(float, runtime!) < 1e-3);

        const liar = saboteur(device, { layer: 2, kind: 'one' });
        const how = { network, device: liar, arithmetic, privacy: true, batch: 5, signal };
        try {
          await guardedLogits(how, pictures, () => {});
          assert.unreachable('the lie was believed');
        } catch (error) {
          assert.instance(error, IntegrityError, String(error));
        }
      } finally {
        await device.close();
        arithmetic.close();
      }
    }, 300_000);
  }

  test('the command prints the table of a subset, and writes nothing', async () => {
    const written = (): string[] => NETWORKS.map((name) => readFileSync(recordOf(name), 'utf8'));
    const before = written();
    const { stdout } = await run(process.execPath, [...command, '--subset', '8', '--calibration-images', '8'], {
      cwd: root,
    });
    for (const line of ['float top-1', 'private top-1', 'images with a differing logit', 'linear layers outsourced'])
      assert.ok(stdout.includes(line), line);
    assert.equal(written(), before);
  }, 300_000);
} else if (requiredDevices.includes('fashion-mnist')) {
  test(withPictures, () => assert.unreachable('install the Debian package dataset-fashion-mnist'));
} else {
  test.skip(withPictures, 'dataset-fashion-mnist is not installed');
}
