/** The demonstration's page, built with the site's own configuration but without the other pages. */
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';

/** Builds `demo.html` and what it needs into `folder`. Links to pages that are not built are not looked at. */
export async function buildDemo(folder: string): Promise<void> {
  const docs = fileURLToPath(new URL('../../docs', import.meta.url));
  await build(docs, {
    outDir: folder,
    onAfterConfigResolve(site) {
      site.pages = ['demo.md'];
      site.ignoreDeadLinks = true;
    },
  });
}
