/** The `slalom` command as a user meets it: a process with arguments, two streams and an exit code. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { decodeImage } from '../../src/pictures/index.js';
import { suite } from '../suite.js';
import { type Outcome, refused, root, slalom } from './slalom.js';

const test = suite('cli');

const shared = join(root, '..', 'shared');
const model = join(shared, 'models', 'mobilenet_v2_1.0_224_quant.tflite');
const small = join(shared, 'models', 'mobilenet_v1_0.25_128_quant.tflite');
const labels = join(shared, 'models', 'imagenet_labels.txt');
const image = (name: string): string => join(shared, 'images', `${name}.bmp`);

let folder: string;
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-'));
  writeFileSync(join(folder, 'text.png'), 'this is not a picture\n');
  writeFileSync(join(folder, 'text.tflite'), 'this is not a model\n');
  writeFileSync(join(folder, 'empty.tflite'), '');
});
test.after(() => rmSync(folder, { recursive: true }));

test('help and version go to standard output', async () => {
  const help = await slalom(['run', '--help']);
  assert.is(help.code, 0);
  for (const option of [
    'model',
    'image',
    'labels',
    'integrity',
    'privacy',
    'device',
    'soundness-bits',
    'plan',
    'threads',
    'tamper',
    'json',
  ]) {
    assert.match(help.out, `--${option}`);
  }
  const version = await slalom(['--version']);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.is(version.out.trim(), manifest.version);
});

test('bad usage is exit code 2 and one sentence', async () => {
  await refused(['run'], /required option '--model/, slalom);
  await refused(['run', '--model', 'x', '--image', 'y', '--nonsense'], /unknown option '--nonsense'/);
  await refused(['fly'], /unknown command 'fly'/);
  const base = ['run', '--model', join(folder, 'text.tflite'), '--image', join(folder, 'text.png')];
  await refused([...base, '--integrity', 'maybe'], /--integrity takes "on" or "off", not "maybe"/);
  await refused([...base, '--device', 'abacus'], /no device called "abacus"/);
  for (const bits of ['-1', '0', '1.5', 'many', '1e2', '257', '']) {
    await refused([...base, `--soundness-bits=${bits}`], /--soundness-bits takes a whole number from 1 to 256/);
  }
  await refused([...base, '--soundness-bits', '-1'], /--soundness-bits/);
  for (const threads of ['0', '65', 'some', '']) {
    await refused([...base, `--threads=${threads}`], /--threads takes a whole number from 1 to 64/);
  }
  await refused([...base, '--batch', '0'], /--batch takes a whole number from 1 to 1024/);
  await refused([...base, '--plan', 'some'], /--plan takes "auto" or "all", not "some"/);
  await refused([...base, '--plan', 'all', '--device', 'none'], /--plan all needs a device/);
  await refused(['plan'], /required option '--model/);
  await refused(['plan', '--model', join(folder, 'text.tflite')], /text\.tflite/);
  await refused(['plan', '--model', join(folder, 'missing.tflite')], /there is no such file/);
  await refused(['plan', '--model', join(folder, 'text.tflite'), '--threads', '0'], /--threads/);
  await refused(base, /text\.tflite/);
  await refused(['run', '--model', join(folder, 'empty.tflite'), '--image', 'y'], /empty\.tflite/, slalom);
  await refused(['run', '--model', join(folder, 'missing.tflite'), '--image', 'y'], /there is no such file/);
  await refused(['run', '--model', folder, '--image', 'y'], /model\.json: there is no such file/);
  await refused(['faces', '--image', join(folder, 'missing.jpg')], /no file|no such file/i);
  await refused(['faces', '--image', join(folder, 'text.png')], /not a picture/);
  await refused(['faces', '--device', 'none', '--tamper', '3'], /--tamper needs a device that can lie/);
});

if (!existsSync(shared)) {
  test.skip('running the networks of ../shared', 'they are not there');
} else {
  const run = (...more: string[]): Promise<Outcome> =>
    slalom(['run', '--model', model, '--image', image('cat'), '--labels', labels, '--json', ...more]);

  test('a cat is an Egyptian cat, and the JSON says all it should', async () => {
    const { code, out } = await run('--plan', 'all');
    assert.is(code, 0);
    const result = JSON.parse(out) as Record<string, unknown> & {
      top: { label: string; index: number; probability: number }[];
    };
    const fields =
      'model device integrity privacy modulus repetitions soundnessBits linearLayers outsourcedLayers insideLayers verifiedLayers top output slalom network soundness maximumInferences images batches';
    const costs =
      'bytesToDevice bytesFromDevice offlineMs onlineMs trustedMs deviceMs protocolMs insideMs operationsMs layers';
    for (const field of `${fields} ${costs}`.split(' ')) assert.ok(field in result, `${field} is missing`);
    assert.is(result.top[0]!.label, 'Egyptian cat');
    assert.is(result.top[0]!.index, 286);
    assert.ok(
      result.top.every((entry, index) => index === 0 || entry.probability <= result.top[index - 1]!.probability),
    );
    assert.is(result.linearLayers, 53);
    assert.equal([result.outsourcedLayers, result.insideLayers, result.verifiedLayers], [53, 0, 53]);
    assert.ok((result.soundnessBits as number) >= 40);
    assert.is((result.output as number[]).length, 1001);
    assert.is(Math.max(...(result.output as number[])), (result.output as number[])[286]);
  });

  test('what is computed inside changes nothing but the counts', async () => {
    const outputs = new Set<string>();
    for (const more of [
      ['--plan', 'all'],
      ['--plan', 'auto'],
      ['--threads', '3'],
      ['--device', 'none'],
    ]) {
      const { code, out } = await run(...more);
      assert.is(code, 0);
      const result = JSON.parse(out) as Record<string, number | null> & { output: number[] };
      const { linearLayers, outsourcedLayers, insideLayers, verifiedLayers, soundnessBits } = result;
      assert.is(linearLayers, 53);
      assert.is(outsourcedLayers! + insideLayers!, 53);
      assert.is(verifiedLayers, outsourcedLayers);
      assert.is(soundnessBits === null, outsourcedLayers === 0);
      if (more.includes('none')) assert.equal([outsourcedLayers, result.bytesToDevice, result.deviceMs], [0, 0, 0]);
      outputs.add(JSON.stringify(result.output));
    }
    assert.is(outputs.size, 1);
    const { out } = await slalom(['run', '--model', model, '--image', image('cat'), '--device', 'none']);
    assert.match(out, /all 53 linear layers computed inside/);
    assert.match(out, /no device received anything/);
  });

  test('a plan says what each layer costs and who gets it', async () => {
    const { code, out } = await slalom(['plan', '--model', model, '--threads', '1']);
    assert.is(code, 0);
    assert.match(out, /depthwise-strided .* (outsource|inside): (cheaper|about)/);
    assert.match(out, /\d+ of 53 linear layers are outsourced, \d+ computed inside/);
    const json = await slalom(['plan', '--model', model, '--privacy', 'off', '--json']);
    const plan = JSON.parse(json.out) as {
      privacy: boolean;
      outsourcedLayers: number;
      insideLayers: number;
      plannedMs: number;
      layers: { kind: string; macs: number; outsourced: boolean; offlineMs: number }[];
    };
    assert.is(plan.privacy, false);
    assert.is(plan.layers.length, 53);
    assert.is(plan.layers.filter(({ outsourced }) => outsourced).length, plan.outsourcedLayers);
    assert.is(plan.outsourcedLayers + plan.insideLayers, 53);
    assert.ok(plan.plannedMs > 0);
    assert.ok(plan.layers.every(({ macs, offlineMs }) => macs > 0 && offlineMs === 0));
  });

  test('several pictures, and folders of them, are run as a stream', async () => {
    const names = ['bird', 'cat', 'dragonfly'];
    const args = ['run', '--model', small, '--labels', labels, '--json', '--image'];
    const single = await Promise.all(names.map((name) => slalom([...args, image(name)])));
    const outputs = single.map(({ out }) => (JSON.parse(out) as { output: number[] }).output);
    for (const batch of ['1', '2']) {
      const { code, out } = await slalom([...args, ...names.map(image), '--batch', batch]);
      assert.is(code, 0);
      const { results, verifiedLayers, outsourcedLayers } = JSON.parse(out) as Record<string, number> & {
        results: { image: string; top: unknown[]; output: number[] }[];
      };
      assert.equal(
        results.map((result) => result.image),
        names.map(image),
      );
      assert.equal(
        results.map(({ output }) => output),
        outputs,
      );
      assert.is(verifiedLayers, outsourcedLayers! * Math.ceil(names.length / Number(batch)));
    }
    const { code, out } = await slalom([
      'run',
      '--model',
      small,
      '--labels',
      labels,
      '--image',
      join(shared, 'images'),
    ]);
    assert.is(code, 0);
    const rows = names.map((name) => out.indexOf(`${name}.bmp`));
    assert.equal(
      rows,
      [...rows].sort((a, b) => a - b),
    );
    assert.ok(rows[0]! > 0);
    const lied = await slalom([...args, ...names.map(image), '--tamper', '3']);
    assert.equal([lied.code, lied.out], [3, '']);
    const empty = mkdtempSync(join(folder, 'empty-'));
    await refused(['run', '--model', small, '--image', empty], /no BMP, JPEG or PNG picture in this folder/);
    await refused(['run', '--model', small, '--image', image('cat'), join(folder, 'text.png')], /not a picture/);
  });

  test('the other pictures are what they show', async () => {
    const names = { grace_hopper: 'military uniform', bird: 'chickadee', dragonfly: 'dragonfly' };
    const pictures = Object.keys(names).map(image);
    const { out } = await slalom(['run', '--model', model, '--image', ...pictures, '--labels', labels, '--json']);
    const { results } = JSON.parse(out) as { results: { top: { label: string }[] }[] };
    const expected = Object.values(names);
    assert.is(results.length, expected.length);
    for (const [at, { top }] of results.entries()) assert.match(top[0]!.label, expected[at]!);
  });

  test.long('the output is the same in all four modes, and a lie without integrity changes it', async () => {
    const outputs = new Set<string>();
    for (const integrity of ['on', 'off']) {
      for (const privacy of ['on', 'off']) {
        const { code, out } = await run('--integrity', integrity, '--privacy', privacy);
        assert.is(code, 0);
        outputs.add(JSON.stringify((JSON.parse(out) as { output: number[] }).output));
      }
    }
    assert.is(outputs.size, 1);
    const lied = await run('--integrity', 'off', '--tamper', '17:swap');
    assert.is(lied.code, 0);
    assert.not.ok(outputs.has(JSON.stringify((JSON.parse(lied.out) as { output: number[] }).output)));
  });

  test.long(
    'every lie is exit code 3, says nothing of the result or of where it was',
    async () => {
      const messages = new Set<string>();
      // Most of these layers are cheaper to compute: the lie is told all the same, in the layer that was asked for.
      for (const tamper of ['0', '17', '17:one', '17:swap', '17:zero', '17:replay', '52:replay', '0:replay']) {
        for (const privacy of ['on', 'off']) {
          const { code, out, err } = await run('--tamper', tamper, '--privacy', privacy);
          assert.is(code, 3, `${tamper}: ${err}`);
          assert.is(out, '');
          messages.add(err.trimEnd().split('\n').at(-1)!);
        }
      }
      assert.is(messages.size, 1);
      await refused(
        ['run', '--model', model, '--image', image('cat'), '--tamper', '53'],
        /53 linear layers, numbered 0 to 52/,
      );
      await refused(['run', '--model', model, '--image', image('cat'), '--tamper', '1:gently'], /--tamper takes LAYER/);
      // Sixteen runs of the command: a busy machine takes its time.
    },
    900_000,
  );

  test('damaged files are exit code 2', async () => {
    writeFileSync(join(folder, 'cut.tflite'), readFileSync(model).subarray(0, 1_000_000));
    await refused(['run', '--model', join(folder, 'cut.tflite'), '--image', image('cat')], /cut\.tflite/);
    await refused(['run', '--model', model, '--image', join(folder, 'text.png')], /not a picture/);
    await refused(['run', '--model', model, '--image', join(folder, 'missing.png')], /no file/);
    await refused(['run', '--model', model, '--image', image('cat'), '--labels', model], /not a text file/);
  });

  test.long('the reference device gives the same output', async () => {
    const outputs = new Set<string>();
    for (const device of ['wasm', 'reference']) {
      const args = ['run', '--model', small, '--image', image('cat'), '--device', device, '--privacy', 'off', '--json'];
      const { code, out } = await slalom(args);
      assert.is(code, 0);
      outputs.add(JSON.stringify((JSON.parse(out) as { output: number[] }).output));
    }
    assert.is(outputs.size, 1);
  });
}

test('the main job: faces are found, the picture is written, a lie is refused', async () => {
  const output = join(folder, 'faces.png');
  const { code, out, err } = await slalom(['faces', '--output', output, '--plan', 'all']);
  assert.is(code, 0, err);
  assert.match(out, /47 of 47 linear layers verified/);
  assert.match(out, /3 faces boxed/);
  assert.match(out, /REFUSED/);
  assert.match(out, /offline, trusted/);
  const picture = await decodeImage(readFileSync(output), 'faces.png');
  assert.equal([picture.width, picture.height], [1920, 1280]);
});

test('the main job finds the same faces with some layers computed inside, and with all', async () => {
  for (const more of [[], ['--device', 'none']]) {
    const { code, out, err } = await slalom(['faces', '--output', join(folder, 'inside.png'), ...more]);
    assert.is(code, 0, err);
    assert.match(out, more.length === 0 ? /\d+ of 47 linear layers verified/ : /all 47 linear layers computed inside/);
    assert.match(out, /3 faces boxed/);
    assert.is(out.includes('REFUSED'), more.length === 0);
  }
});

test('the main job with a device that lies from the start writes nothing', async () => {
  const output = join(folder, 'none.png');
  const { code, out } = await slalom(['faces', '--tamper', '3:swap', '--output', output]);
  assert.is(code, 3);
  assert.is(out, '');
  assert.not.ok(existsSync(output));
});

test('Ctrl-C ends a run with 130, and nothing is written', async () => {
  const output = join(folder, 'interrupted.png');
  const { code, out, err } = await slalom(['faces', '--output', output], 'folding secret challenges');
  assert.is(code, 130, err);
  assert.is(out, '');
  assert.match(err, /Interrupted/);
  assert.not.ok(existsSync(output));
});
