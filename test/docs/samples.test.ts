/** Every sample of the README, the guides and the docstrings is type-checked and run; every `slalom` command line too. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { root } from '../cli/slalom.js';
// Says where the software driver of WebGPU is.
import '../devices.js';
import { suite } from '../suite.js';
import { allSamples, examplesOfSource, type Sample, samplesOfMarkdown } from './extract.js';
import { fileNameOf, programOf } from './programs.js';
import { setupOf, setups } from './setups.js';
import { writeSmallFiles } from './small-files.js';

const test = suite('samples');
const run = promisify(execFile);
const samples = allSamples();
const named = ({ file, line }: Sample): string => `${file}:${line}`;

test('samples are found where they are', () => {
  const markdown = 'text\n```ts\nconst a = 1;\n```\nmore\n```sh\nnpx slalom\n```\n```text\nno code\n```\n';
  assert.equal(
    samplesOfMarkdown('a.md', markdown).map(({ language, line, code }) => [language, line, code]),
    [
      ['ts', 3, 'const a = 1;\n'],
      ['sh', 7, 'npx slalom\n'],
      ['other', 10, 'no code\n'],
    ],
  );
  const source = '/**\n * Does.\n * @example\n * const b = does();\n * b.more();\n */\nexport function does() {}\n';
  assert.equal(
    examplesOfSource('a.ts', source).map(({ code }) => code),
    ['const b = does();\nb.more();\n'],
  );
});

test('there are many, and no setup is left of a sample that is gone', () => {
  const found = (language: Sample['language'], prefix: string): number =>
    samples.filter((sample) => sample.language === language && sample.file.startsWith(prefix)).length;
  assert.ok(found('ts', 'docs/') + found('js', 'docs/') > 10 && found('ts', 'src/') > 10 && found('sh', 'docs/') > 4);
  assert.equal(
    setups
      .filter((setup) => !samples.some((sample) => setupOf(sample) === setup))
      .map(({ file, text }) => `${file}: ${text}`),
    [],
  );
});

let folder: string;
test.before(async () => {
  // Inside the repository, so that `slalom` is this package.
  mkdirSync(join(root, '.cache'), { recursive: true });
  folder = mkdtempSync(join(root, '.cache', 'samples-'));
  await writeSmallFiles(folder);
  const command = join(root, 'dist', 'cli', 'main.js');
  const words = ['import', 'model.tflite', '-o', 'net.slalom', '--labels', 'labels.txt'];
  await run(process.execPath, [command, ...words], { cwd: folder });
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Written {
  readonly sample: Sample;
  readonly path: string;
}

/** One folder of programs per file, in the order of their samples. */
function writePrograms(): Map<string, Written[]> {
  const groups = new Map<string, Written[]>();
  for (const sample of samples) {
    if (sample.language !== 'ts' && sample.language !== 'js') continue;
    const reason = setupOf(sample)?.notRun;
    if (reason !== undefined) {
      console.log(`not run: ${named(sample)} (${reason})`);
      continue;
    }
    const group = groups.get(sample.file) ?? [];
    groups.set(sample.file, group);
    const into = join(folder, sample.file.replaceAll(/\W/g, '_'));
    mkdirSync(into, { recursive: true });
    const plain = sample.language === 'js' && /^(import|export) /m.test(sample.code);
    const path = join(into, fileNameOf(sample) ?? `line-${sample.line}.${plain ? 'mjs' : 'mts'}`);
    writeFileSync(path, programOf(sample));
    group.push({ sample, path });
  }
  return groups;
}

function typeErrors(paths: readonly string[]): string[] {
  const program = ts.createProgram(paths, {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const at =
      file === undefined
        ? ''
        : `${file.fileName.slice(folder.length)}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}`;
    return `${at} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs the programs of one file in one process, one after another; a device that a machine lacks is said and no failure. */
async function runGroup(group: readonly Written[]): Promise<string[]> {
  const script = group.map(({ sample, path }) => {
    const name = JSON.stringify(named(sample));
    return `try { await import(${JSON.stringify(path)}); done(${name}); }
catch (error) { if (error?.name !== 'DeviceUnavailableError') throw error; missing(${name}, error); }`;
  });
  const path = join(folder, `${group[0]!.sample.file.replaceAll(/\W/g, '_')}.mts`);
  writeFileSync(
    path,
    `const { log } = console;
console.log = console.table = () => {};
const done = (name: string) => log('ran ' + name);
const missing = (name: string, error: Error) => log('not run: ' + name + ' (' + error.message.split(':')[0] + ')');
${script.join('\n')}
process.exit(0);
`,
  );
  const { stdout } = await run(process.execPath, ['--import', 'tsx', path], {
    cwd: folder,
    env: { ...process.env, PORT: String(await freePort()) },
    timeout: 240_000,
  });
  return stdout.trim().split('\n');
}

test.long(
  'every sample in code type-checks and runs',
  async () => {
    const groups = writePrograms();
    const written = [...groups.values()].flat();
    assert.equal(typeErrors(written.map(({ path }) => path).filter((path) => path.endsWith('.mts'))), []);
    const lines: string[] = [];
    for (const group of groups.values()) lines.push(...(await runGroup(group)));
    for (const line of lines) if (!line.startsWith('ran ')) console.log(line);
    assert.is(lines.length, written.length, 'each sample says that it ran, or why not');
    assert.ok(lines.filter((line) => line.startsWith('ran ')).length > 20);
  },
  600_000,
);

/** Lines of shell that are run: those of the command itself. Others must at least name scripts and programs that exist. */
test.long(
  'every command line of slalom does what the page says',
  async () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const scripts = new Set([...Object.keys(manifest.scripts), 'install', 'start', 'test']);
    const command = `"${process.execPath}" "${join(root, 'dist', 'cli', 'main.js')}"`;
    let ran = 0;
    for (const sample of samples.filter(({ language }) => language === 'sh')) {
      for (const line of sample.code.split('\n').filter((text) => text.trim() !== '')) {
        for (const [, script] of line.matchAll(/\bnpm (?:run (?:-s )?)?([\w:]+)/g)) {
          assert.ok(scripts.has(script!), `${named(sample)}: npm ${script} is not there`);
        }
        if (!line.includes('npx slalom')) {
          assert.match(line, /\bnpm /, `${named(sample)}: nobody checks this line: ${line}`);
          continue;
        }
        if (line.includes('.cache/')) {
          console.log(
            `not run: ${named(sample)}: ${line.trim().slice(0, 60)} … (the model must be fetched: npm run published does that, and imports it)`,
          );
          continue;
        }
        const expected = line.includes('--tamper') ? 3 : 0;
        const { code } = await run(
          'bash',
          ['-c', line.replaceAll('npx slalom', command).replaceAll(' node_modules/', ` ${root}/node_modules/`)],
          {
            cwd: folder,
            timeout: 120_000,
          },
        ).then(
          () => ({ code: 0 }),
          (error: { code: number; stderr: string }) => {
            if (error.code !== expected) console.log(error.stderr);
            return error;
          },
        );
        assert.is(code, expected, `${named(sample)}: ${line}`);
        ran += 1;
      }
    }
    assert.ok(ran >= 8, `only ${ran} command lines were run`);
  },
  600_000,
);
