import { defineConfig } from 'vitepress';
import { repositoryLinks } from './site/links.js';
import { navigation, sidebar } from './site/sidebar.js';
import { slug } from './site/slug.js';

const base = process.env.SLALOM_DOCS_BASE ?? '/';

export default defineConfig({
  lang: 'en-GB',
  title: 'Slalom',
  description: 'Run a neural network on a GPU you do not trust, from inside a TEE you do.',
  base,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  srcExclude: ['README.md', '.vitepress/**'],
  cleanUrls: false,
  lastUpdated: false,
  markdown: {
    anchor: { slugify: slug },
    languageAlias: { quint: 'ts', coq: 'txt' },
    config: (md) => repositoryLinks(md),
  },
  // The demonstration's workers are modules, and its files lie outside docs.
  vite: { worker: { format: 'es' }, server: { fs: { allow: ['..'] } } },
  themeConfig: {
    nav: navigation,
    sidebar: sidebar(),
    outline: [2, 3],
    logo: '/icon.svg',
    search: { provider: 'local' },
    externalLinkIcon: true,
  },
});
