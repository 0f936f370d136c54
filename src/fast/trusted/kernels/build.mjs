/** Compiles the kernels to dist/kernels.wasm and writes digest.ts, unless both were made from these very sources already. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const at = (path) => new URL(path, import.meta.url);
const root = fileURLToPath(at('../../../../'));
const [wasm, stamp] = [at('../../../../dist/kernels.wasm'), at('../../../../dist/.kernels-sources')];
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
const sources = sha256(
  version,
  ...readdirSync(at('assembly/'))
    .sort()
    .flatMap((name) => [name, readFileSync(at(`assembly/${name}`))]),
);

/** What the stamp says of the kernels that lie there: the sources they were made from, and what they are. */
const now = () => `${sources} ${sha256(readFileSync(wasm))}`;

if (!existsSync(wasm) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== now()) {
  const asc = fileURLToPath(at('../../../../node_modules/assemblyscript/bin/asc.js'));
  const config = ['--config', 'src/fast/trusted/kernels/assembly/asconfig.json', '--target', 'release'];
  execFileSync(process.execPath, [asc, 'src/fast/trusted/kernels/assembly/index.ts', ...config], {
    cwd: root,
    stdio: 'inherit',
  });
  writeFileSync(stamp, now());
}

// The same source gives the same bytes, so what is written here does not change unless a kernel does.
const text = `/** Written by build.mjs when the kernels are built. */

/** SHA-256 of kernels.wasm. */
export const KERNELS_SHA256 = '${sha256(readFileSync(wasm))}';
`;
if (readFileSync(at('digest.ts'), 'utf8') !== text) writeFileSync(at('digest.ts'), text);
