/** The packages with networks: which, in which version, with which hash, and where their files lie. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as t from 'io-ts';
import { UsageError } from '../../src/cli/exit.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A package that is fetched for the table only. `files` are files or folders of it; the rest is not kept. */
const listed = t.array(t.type({ name: t.string, version: t.string, integrity: t.string, files: t.array(t.string) }));
export type Listed = t.TypeOf<typeof listed>[number];

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function decoded<A>(codec: t.Type<A>, value: unknown, what: string): A {
  if (codec.is(value)) return value;
  throw new TypeError(`${what} is not what it should be`);
}

/** Every package that `fetch.ts` fetches. */
export const listedPackages: readonly Listed[] = decoded(
  listed,
  json(fileURLToPath(new URL('packages.json', import.meta.url))),
  'bench/published/packages.json',
);

/** Git-ignored; a folder for every package. */
export const cacheFolder = join(root, '.cache', 'published');

/** Where the kept files of a package are. */
export const packageFolder = (name: string): string => join(cacheFolder, name.replace(/^@/, '').replace('/', '-'));

/** Written last: which package the folder holds. */
export const stampOf = (name: string): string => join(packageFolder(name), 'integrity.txt');

/** Whether the package that is listed is there. */
export function isFetched({ name, integrity }: Listed): boolean {
  return existsSync(stampOf(name)) && readFileSync(stampOf(name), 'utf8') === integrity;
}

/** A file of a fetched package. @throws UsageError when the package was not fetched */
export function fetchedFile(name: string, file: string): string {
  const found = listedPackages.find((one) => one.name === name);
  if (found === undefined || !isFetched(found)) {
    throw new UsageError(
      `The package ${name} is not there: run "npm run published -- --fetch" first, or give --subset.`,
    );
  }
  return join(packageFolder(name), file);
}

const lockFile = t.type({ packages: t.record(t.string, t.partial({ version: t.string, integrity: t.string })) });

/** Name, version and hash of a package: a fetched one, or one of the project's own. */
export function aboutPackage(name: string): { name: string; version: string; integrity: string } {
  const found = listedPackages.find((one) => one.name === name);
  if (found !== undefined) return { name, version: found.version, integrity: found.integrity };
  const { packages } = decoded(lockFile, json(join(root, 'package-lock.json')), 'package-lock.json');
  const { version = 'unknown', integrity = 'unknown' } = packages[`node_modules/${name}`] ?? {};
  return { name, version, integrity };
}
