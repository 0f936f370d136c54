/** Where the pages of the built site point to, read from their HTML. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

function decoded(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
}

function attributes(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map(([, value]) => decoded(value!));
}

/** `page -> target` for every link or image whose page, file or heading is not there; other sites are not asked. */
export function deadReferences(folder: string, pages: readonly string[]): string[] {
  const html = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const ids = new Map([...html].map(([page, text]) => [page, new Set(attributes(text, /\sid="([^"]*)"/g))]));
  const dead: string[] = [];
  for (const [page, text] of html) {
    const links = attributes(text, /<a\s[^>]*?href="([^"]*)"/g);
    const images = attributes(text, /<img\s[^>]*?src="([^"]*)"/g);
    for (const target of new Set([...links, ...images])) {
      if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
      const [path = '', anchor] = target.split('#', 2);
      const absolute =
        path === ''
          ? page
          : posix.join(posix.dirname(page), path.startsWith('/') ? posix.relative(posix.dirname(page), path) : path);
      const file = decodeURIComponent(path.endsWith('/') ? posix.join(absolute, 'index.html') : absolute);
      const there = existsSync(join(folder, file)) && statSync(join(folder, file)).isFile();
      const named =
        anchor === undefined || anchor === '' || !ids.has(file) || ids.get(file)!.has(decodeURIComponent(anchor));
      if (!there || !named) dead.push(`${page} -> ${target}`);
    }
  }
  return dead;
}
