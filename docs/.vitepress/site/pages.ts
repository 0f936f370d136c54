/** Which files of the repository are pages of the site though they lie outside `docs`, and where each is shown. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where raw files (proofs, vectors, sources) are published, and what is appended so that browsers show them as text. */
export const RAW_FOLDER = 'source';
const RAW_SUFFIX = '.txt';

function markdownUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return markdownUnder(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** A folder's README is shown as the folder's own page. */
function pageOf(source: string): string {
  return source.replace(/(^|\/)README\.md$/, '$1index.md');
}

/** Source file to page, both relative: the source to the repository, the page to `docs`. */
export const importedPages: ReadonlyMap<string, string> = new Map([
  ...markdownUnder('spec').map((source): [string, string] => [source, pageOf(source)]),
  ['SECURITY.md', 'security.md'],
  ['CHANGELOG.md', 'changelog.md'],
  ['bench/README.md', 'bench.md'],
  ['training/fashion-mnist/README.md', 'training.md'],
]);

const sources = new Map([...importedPages].map(([source, page]) => [page, source]));

/** The file of the repository that a page was written in. */
export function sourceOf(page: string): string {
  return sources.get(page) ?? posix.join('docs', page);
}

/** Where a path of the repository is on the site: a page, a raw file, or nowhere (null). */
export function addressOf(path: string): { kind: 'page' | 'raw'; address: string } | null {
  const page = importedPages.get(path);
  if (page !== undefined) return { kind: 'page', address: `/${page}` };
  if (path === 'README.md') return { kind: 'page', address: '/getting-started.md' };
  if (path === 'docs/README.md') return { kind: 'page', address: '/index.md' };
  if (path.startsWith('docs/') && path.endsWith('.md'))
    return { kind: 'page', address: `/${path.slice('docs/'.length)}` };
  const file = join(root, path);
  if (!existsSync(file) || !statSync(file).isFile()) return null;
  return { kind: 'raw', address: `/${posix.join(RAW_FOLDER, path)}${RAW_SUFFIX}` };
}

/**
 * A link as written in `source`, resolved for the site: `undefined` when it is left alone (another site, an anchor of the
 * page itself), null when its target has no place on the site.
 */
export function resolveLink(link: string, source: string): string | null | undefined {
  if (/^([a-z][a-z+.-]*:|\/|#)/i.test(link)) return undefined;
  const [path = '', anchor] = link.split('#', 2);
  const target = posix.normalize(posix.join(dirname(source), decodeURIComponent(path)));
  const found = addressOf(target);
  if (found === null) return null;
  return found.address + (anchor === undefined ? '' : `#${anchor}`);
}
