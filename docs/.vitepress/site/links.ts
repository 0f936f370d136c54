/** markdown-it rule: links are written for someone who reads the files in the repository; here they are turned into the site's. */
import type { MarkdownRenderer } from 'vitepress';
import { resolveLink, sourceOf } from './pages.js';

type Token = ReturnType<MarkdownRenderer['parse']>[number];

/** Rewrites the links of one paragraph's tokens; a link that leads nowhere on the site becomes its text. */
function rewrite(tokens: Token[], source: string): void {
  let dropped = 0;
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const resolved = resolveLink(token.attrGet('href') ?? '', source);
      if (resolved === undefined) continue;
      if (resolved !== null) token.attrSet('href', resolved);
      else dropped += 1;
      if (resolved === null) token.hidden = true;
    } else if (token.type === 'link_close' && dropped > 0) {
      dropped -= 1;
      token.hidden = true;
    }
  }
}

export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', (state) => {
    const page = (state.env as { relativePath?: string }).relativePath;
    if (page === undefined || page.startsWith('api/')) return;
    const source = sourceOf(page);
    for (const token of state.tokens) {
      if (token.type !== 'inline' || token.children === null) continue;
      rewrite(token.children, source);
      token.children = token.children.filter((child) => !(child.hidden && child.type.startsWith('link_')));
    }
  });
}
