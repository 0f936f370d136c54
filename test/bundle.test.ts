/** What browsers get: the package's browser entries, bundled by their public names, with nothing of Node in them. */
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildResult, build, type Metafile } from 'esbuild';
import * as assert from 'uvu/assert';
import { suite } from './suite.js';

const test = suite('bundles for browsers');
const root = fileURLToPath(new URL('..', import.meta.url));

const PARTS = ['slalom/protocol', 'slalom/network', 'slalom/fast'];

/** Bundles a module that uses everything the parts export. */
function bundle(
  parts: readonly string[],
  conditions: string[],
): Promise<BuildResult<{ write: false; metafile: true }>> {
  const contents = parts.map((part, index) => `export * as part${index} from '${part}';`).join('\n');
  return build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions,
    // Left in the bundle as they are, so that the test sees them instead of an error at the first one.
    external: ['node:*', ...builtinModules],
    logLevel: 'silent',
  });
}

/** The imports that a bundle leaves to whoever runs it. */
function leftOver({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
}

test('protocol, network and the fast side import nothing of Node', async () => {
  const { metafile, outputFiles } = await bundle(PARTS, ['browser', 'import', 'module']);
  assert.equal(leftOver(metafile), []);
  const text = outputFiles.map((file) => file.text).join('\n');
  assert.not.match(text, /["'`]node:/);
  const entries = Object.keys(metafile.inputs);
  for (const part of ['protocol/index', 'network/browser', 'fast/browser']) {
    assert.ok(entries.includes(`dist/${part}.js`), `${part} was bundled`);
  }
  assert.not.ok(entries.some((name) => name.includes('cuda')));
});

test('the same check finds the imports of the entries for Node', async () => {
  const { metafile } = await bundle(['slalom/fast', 'slalom/network'], ['import', 'module']);
  const found = leftOver(metafile);
  for (const name of ['node:fs', 'node:worker_threads', 'node:fs/promises']) assert.ok(found.includes(name), name);
});

test('the kernels have a public address', () => {
  assert.match(import.meta.resolve('slalom/kernels.wasm'), /dist\/kernels\.wasm$/);
});
