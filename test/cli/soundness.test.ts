/** `slalom soundness`: what it prints, and how it ends. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { calculateSoundness, presets, toJson } from '../../src/calculator/index.js';
import { atMostBits, oneIn } from '../../src/cli/soundness/fractions.js';
import type { Rational } from '../../src/protocol/index.js';
import { suite } from '../suite.js';
import { refused, root, slalom } from './slalom.js';

const test = suite('cli: soundness');

test('what is printed is what the calculator says', async () => {
  const { code, out } = await slalom(['soundness', '--layers', '53', '--preset', '80', '--json']);
  assert.is(code, 0);
  const { subject, sha256, networkHash, preset, ...rest } = JSON.parse(out) as Record<string, unknown>;
  assert.equal([subject, sha256, networkHash, preset], ['53 linear layers', null, null, '80']);
  assert.equal(rest, toJson(calculateSoundness({ layers: 53, ...presets['80'] })) as object);
});

test('every option reaches the calculator', async () => {
  const args = ['--layers', '7', '--target-bits', '30', '--target-per', 'check', '--session-bits', '20'];
  args.push('--inferences', '99', '--repetitions', '3', '--check-modulus', '2^24-3', '--pad-modulus', '2^31-1');
  args.push(
    '--challenge-set',
    '2^20',
    '--structure',
    'rank-one',
    '--on-reject',
    'continue',
    '--pads-per-second',
    '2.5',
  );
  args.push('--pad-lifetime', '1e3', '--trusted-macs', '1e10', '--trusted-entries', '2e9', '--device-macs', '3e12');
  const { code, out } = await slalom(['soundness', ...args, '--link-bytes', '5e10', '--json']);
  assert.is(code, 0);
  const { parameters } = JSON.parse(out) as { parameters: unknown };
  assert.equal(parameters, {
    layers: 7,
    layerCount: 7,
    privacy: true,
    targetBits: 30,
    targetPer: 'check',
    sessionTargetBits: 20,
    inferences: 99,
    repetitions: 3,
    checkModulus: 2 ** 24 - 3,
    padModulus: 2 ** 31 - 1,
    challengeSet: 2 ** 20,
    structure: 'rank-one',
    onReject: 'continue',
    padsPerSecond: 2.5,
    padLifetimeSeconds: 1000,
    speeds: { trustedMacs: 1e10, trustedEntries: 2e9, deviceMacs: 3e12, linkBytes: 5e10 },
  });
});

test('a missed target is exit code 1, with the report all the same', async () => {
  for (const more of [[], ['--json'], ['--md']]) {
    const { code, out, err } = await slalom(['soundness', '--layers', '50', '--repetitions', '1', ...more]);
    assert.is(code, 1);
    assert.match(err, /^slalom: With these parameters the target is missed\.$/m);
    assert.match(out, more.includes('--json') ? /"met":false/ : /MISSED/);
  }
  const off = await slalom(['soundness', '--layers', '50', '--repetitions', '0']);
  assert.is(off.code, 1);
  assert.match(off.out, /Nothing is checked/);
});

test("the paper's parameters, in words", async () => {
  const { code, out } = await slalom(['soundness', '--layers', '50', '--preset', 'paper']);
  assert.is(code, 0);
  assert.match(out, /in one check of one layer +2\^-40 +1 in 1,099,511,627,776/);
  assert.match(out, /in one inference +2\^-40 +1 in 1,099,511,627,776/);
  const going = ['--on-reject', 'continue', '--inferences', '1'];
  const { out: added } = await slalom(['soundness', '--layers', '50', '--preset', 'paper', ...going]);
  assert.match(added, /in one inference +2\^-34 +1 in 21,990,232,555/);
});

test('a network of the zoo has costs, bounds and a pad modulus; Markdown has the same tables', async () => {
  const args = ['soundness', '--network', 'mobilenet-v2', '--md', '--pads-per-second', '2', '--pad-lifetime', '30'];
  const { code, out } = await slalom(args);
  assert.is(code, 0);
  assert.match(out, /^# Soundness of mobilenet-v2, 53 linear layers/);
  assert.match(out, /2B < q, so that no error vanishes: the largest B is [\d,]+, in layer \w+ \| holds \|/);
  assert.match(out, /\| online, device \| linear layers \| 300,774,272 MACs/);
  assert.match(out, /Pads for 60 inferences wait at any time/);
  for (const line of out.split('\n').filter((text) => text.startsWith('|'))) assert.match(line, /\|$/);
});

test('bad flags are exit code 2 and one sentence', async () => {
  const of = (...args: string[]): string[] => ['soundness', ...args];
  await refused(of(), /either --network FILE or a name of the zoo, or --layers N/);
  await refused(of('--layers', '5', '--network', 'vgg16'), /either --network/);
  await refused(of('--layers', 'many'), /--layers takes a whole number/);
  await refused(of('--layers', '5', '--json', '--md'), /exclude each other/);
  await refused(of('--layers', '5', '--preset', 'best'), /--preset takes one of paper, default, 80, 128/);
  await refused(of('--layers', '5', '--target-bits', '257'), /--target-bits takes a whole number from 1 to 256/);
  await refused(of('--layers', '5', '--repetitions', '17'), /--repetitions/);
  await refused(of('--layers', '5', '--inferences', '0'), /--inferences/);
  await refused(of('--layers', '5', '--check-modulus', '2^31-3'), /--check-modulus must be prime/);
  await refused(of('--layers', '5', '--check-modulus', '2^99'), /--check-modulus takes a whole number/);
  await refused(of('--layers', '5', '--challenge-set', '2^31'), /--challenge-set must be at most/);
  await refused(of('--layers', '5', '--pad-modulus', '2^24'), /--pad-modulus must be odd/);
  await refused(of('--layers', '5', '--structure', 'diagonal'), /--structure takes one of full, rank-one/);
  await refused(of('--layers', '5', '--on-reject', 'shrug'), /--on-reject takes one of poison, continue/);
  await refused(of('--layers', '5', '--pads-per-second', '0'), /--pads-per-second takes a number above 0/);
  await refused(of('--layers', '5', '--pad-modulus', '1'), /--pad-modulus must be a whole number from 3/);
  await refused(of('--network', 'missing.tflite'), /there is no such file/);
  await refused(of('--network', join(root, 'package.json')), /package\.json/);
  await refused(of('--layers', '5', '--nonsense'), /unknown option/);
});

test('what docs/parameters.md tells people to type works', async () => {
  const guide = readFileSync(join(root, 'docs', 'parameters.md'), 'utf8');
  const commands = [...guide.matchAll(/^npx slalom (soundness .*)$/gm)].map(([, args]) => args!.split(' '));
  assert.ok(commands.length >= 3);
  for (const args of commands) {
    const { code, err } = await slalom(args);
    assert.is(code, 0, `${args.join(' ')}: ${err}`);
  }
  const { out: help } = await slalom(['soundness', '--help']);
  const options = [...guide.matchAll(/(?<=[`| ])--[a-z][a-z-]+/g)].map(([option]) => option);
  assert.ok(options.length > 15);
  const others = ['--model', '--image'];
  for (const option of options) assert.ok(help.includes(option) || others.includes(option), option);
  const [, program] = /```ts\n([\s\S]*?)```/.exec(guide)!;
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache', 'parameters-'));
  try {
    const file = join(folder, 'parameters.mts');
    writeFileSync(file, program!);
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: root });
    assert.is(stdout, 'k = 3: 2^-92; a new session after any number of inferences\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('fractions in words never make an error smaller', () => {
  const of = (numerator: bigint, denominator: bigint): Rational => ({ numerator, denominator });
  assert.is(oneIn(of(0n, 1n)), '0');
  assert.is(oneIn(of(1n, 1n)), '1 in 1');
  assert.is(oneIn(of(2n, 3n)), '1 in 1');
  assert.is(oneIn(of(1n, 999_999_999_999_999n)), '1 in 999,999,999,999,999');
  assert.is(oneIn(of(1n, 1_239_999_999_999_999n)), '1 in 1.23 * 10^15');
  assert.equal([atMostBits(of(1n, 1n)), atMostBits(of(1n, 255n)), atMostBits(of(0n, 1n))], ['2^-0', '2^-7', '0']);
});

const shared = join(root, '..', 'shared');
const model = join(shared, 'models', 'mobilenet_v1_0.25_128_quant.tflite');
if (!existsSync(model)) {
  test.skip('a run and the calculator report the same error for a file', 'the models of ../shared are not there');
} else {
  test('a run and the calculator report the same error, modulus and hash for a file', async () => {
    const run = await slalom([
      ...['run', '--model', model, '--image', join(shared, 'images', 'cat.bmp')],
      ...['--plan', 'all', '--soundness-bits', '80', '--json'],
    ]);
    assert.is(run.code, 0, run.err);
    const calculated = await slalom(['soundness', '--network', model, '--target-bits', '80', '--json']);
    assert.is(calculated.code, 0, calculated.err);
    const ran = JSON.parse(run.out) as Record<string, unknown> & { network: { sha256: string } };
    const said = JSON.parse(calculated.out) as Record<string, unknown> & {
      costs: { moved: { bytesToDevice: number; bytesFromDevice: number } };
    };
    assert.equal(said.soundness, ran.soundness);
    assert.is(said.sha256, ran.network.sha256);
    const { bytesToDevice, bytesFromDevice } = said.costs.moved;
    assert.equal([bytesToDevice, bytesFromDevice], [ran.bytesToDevice, ran.bytesFromDevice]);
  });
}
