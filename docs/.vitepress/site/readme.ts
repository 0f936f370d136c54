/** Sections of the README as parts that pages include, so that nothing is written twice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveLink, root } from './pages.js';
import { slug } from './slug.js';

/** Every `##` section of the README, without its heading, by the heading's anchor; links resolved for the site. */
export function readmeSections(): Map<string, string> {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const [, ...sections] = text.split(/^## /m);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      const body = section.slice(end + 1).trim();
      const linked = body.replace(/\]\(([^)\s]+)\)/g, (whole, link: string) => {
        const resolved = resolveLink(link, 'README.md');
        return typeof resolved === 'string' ? `](${resolved})` : whole;
      });
      return [slug(section.slice(0, end)), `${linked}\n`];
    }),
  );
}
