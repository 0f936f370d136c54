/** What the README and the guides tell people to type works. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { encodePng } from '../src/pictures/index.js';
import { root, slalom } from './cli/slalom.js';
import { suite } from './suite.js';

const test = suite('readme');
const run = promisify(execFile);

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  exports: Record<string, string | { types: string; default: string; browser?: Record<string, string> }>;
  bin: Record<string, string>;
};

test('both commands are there, and every npm script that is named exists', () => {
  assert.match(readme, 'npm install && npm start');
  assert.match(readme, 'npm install && npm test');
  const files = ['README.md', 'docs/README.md', 'docs/usage.md', 'docs/devices.md', 'docs/parameters.md'];
  for (const file of files) {
    for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(/npm run (?:-s )?([\w:]+)/g)) {
      assert.ok(name! in manifest.scripts, `${file} names the script ${name}, which does not exist`);
    }
  }
});

test('every option the README names is one the command knows', async () => {
  const commands = ['run', 'faces', 'plan', 'conformance', 'devices', 'soundness', 'report', 'import', 'inspect'];
  const help = (await Promise.all(commands.map((name) => slalom([name, '--help'])))).map(({ out }) => out).join('\n');
  const named = new Set([...readme.matchAll(/`?(--[a-z][a-z-]+)/g)].map(([, option]) => option!));
  assert.ok(named.size >= 8);
  for (const option of named) assert.match(help, option, `${option} is in the README only`);
});

test('every link to a file leads somewhere', () => {
  for (const file of ['README.md', 'docs/README.md', 'spec/README.md']) {
    const folder = join(root, file, '..');
    for (const [, target] of readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(folder, target!)), `${file} links to ${target}, which does not exist`);
    }
  }
});

test('every entry point of the package is built, and imports', async () => {
  for (const [name, paths] of Object.entries(manifest.exports)) {
    if (typeof paths === 'string') {
      assert.ok(existsSync(join(root, paths)), `${paths} is not there`);
      continue;
    }
    const { browser } = paths;
    for (const path of browser === undefined ? [] : Object.values(browser)) {
      assert.ok(existsSync(join(root, path)), `${path} is not built`);
    }
    assert.ok(existsSync(join(root, paths.types)), `${paths.types} is not built`);
    const imported = (await import(name.replace(/^\./, 'slalom'))) as object;
    assert.ok(Object.keys(imported).length > 0, `${name} exports nothing`);
  }
  assert.ok(existsSync(join(root, manifest.bin.slalom!)));
});

test('the way in docs/run-your-model.md, from a float model to labels, and its program', async () => {
  const guide = readFileSync(join(root, 'docs', 'run-your-model.md'), 'utf8');
  const program = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, text]) => text!)
    .find((text) => text.includes('readNetworkFile'))!;
  const folder = join(root, '.cache-model');
  mkdirSync(folder, { recursive: true });
  try {
    const pixels = Uint8Array.from({ length: 3 * 30 * 20 }, (_, index) => (index * 37) % 256);
    const photo = join(folder, 'photo.png');
    writeFileSync(photo, await encodePng({ width: 30, height: 20, pixels }));
    const float = join(root, 'test', 'formats', 'onnx', 'models', 'inverted-17.onnx');
    const network = join(folder, 'net.slalom');
    const { code, err } = await slalom(['import', float, '--calibrate', photo, '-o', network]);
    assert.is(code, 0, err);
    const file = join(folder, 'model.mts');
    writeFileSync(
      file,
      program.replaceAll("'net.slalom'", JSON.stringify(network)).replace("'photo.jpg'", JSON.stringify(photo)),
    );
    const { stdout } = await run(process.execPath, ['--import', 'tsx', file], { cwd: root });
    assert.match(stdout, /^[0-9a-f]{64} \[/);
    assert.match(stdout, /probability/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const model = join(root, '..', 'shared', 'models', 'mobilenet_v2_1.0_224_quant.tflite');
if (existsSync(model)) {
  test('the program in docs/usage.md runs as it stands, and type-checks', async () => {
    const guide = readFileSync(join(root, 'docs', 'usage.md'), 'utf8');
    const [, program] = /```ts\n([\s\S]*?)```/.exec(guide)!;
    const folder = join(root, '.cache-usage');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'usage.mts');
    const image = join(root, '..', 'shared', 'images', 'cat.bmp');
    const text = program!
      .replace("'model.tflite'", JSON.stringify(model))
      .replace("'photo.jpg'", JSON.stringify(image))
      // A plan is measured: a machine that is busy just then may keep every layer inside.
      .replace('NetworkSession.open({', "NetworkSession.open({ plan: 'all',");
    writeFileSync(file, `${text}\nconsole.log(outputs[0]!.values.indexOf(Math.max(...outputs[0]!.values)));\n`);
    try {
      const { stdout } = await run(process.execPath, ['--import', 'tsx', file], { cwd: root });
      assert.match(stdout, /accepted with probability below 2\^-(5|6)\d/);
      assert.match(stdout.trim(), /286$/);
      const flags = [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--target',
        'es2022',
        '--module',
        'nodenext',
        '--types',
        'node',
      ];
      await run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...flags, file], {
        cwd: root,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
} else {
  test.skip('the program in docs/usage.md', 'the models of ../shared are not there');
}
