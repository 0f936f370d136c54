/** What is where on the site. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { root } from './pages.js';

export const navigation: DefaultTheme.NavItem[] = [
  {
    text: 'Guides',
    link: '/getting-started',
    activeMatch: '^/(getting-started|usage|network|choose|run|public|operating|devices)',
  },
  { text: 'Demonstration', link: '/demo' },
  { text: 'Calculator', link: '/calculator' },
  { text: 'Accuracy', link: '/accuracy', activeMatch: '^/(accuracy|training)' },
  { text: 'Benchmarks', link: '/benchmarks' },
  { text: 'Specification', link: '/spec/', activeMatch: '^/spec/' },
  { text: 'API', link: '/api/', activeMatch: '^/api/' },
];

const guides: DefaultTheme.SidebarItem[] = [
  {
    text: 'Start',
    items: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Run your model', link: '/run-your-model' },
      { text: 'The network file', link: '/network-file' },
      { text: 'In your program', link: '/usage' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Choose a device', link: '/choose-a-device' },
      { text: 'Choose parameters', link: '/parameters' },
      { text: 'Write a device', link: '/devices' },
      { text: 'A device over a socket', link: '/remote-device' },
      { text: 'Run inside a TEE', link: '/tee' },
      { text: 'What is public', link: '/public' },
      { text: 'Operate it', link: '/operating' },
    ],
  },
  {
    text: 'Decide',
    items: [
      { text: 'Calculator', link: '/calculator' },
      { text: 'Accuracy', link: '/accuracy' },
      { text: 'Train the networks', link: '/training' },
      { text: 'Benchmarks', link: '/benchmarks' },
      { text: 'Published models', link: '/published-models' },
      { text: 'Run the benchmarks', link: '/bench' },
      { text: 'Comparison', link: '/comparison' },
    ],
  },
  {
    text: 'Project',
    items: [
      { text: 'Security', link: '/security' },
      { text: 'Changelog', link: '/changelog' },
    ],
  },
];

const specification: DefaultTheme.SidebarItem[] = [
  {
    text: 'Specification',
    items: [
      { text: 'Overview', link: '/spec/' },
      { text: 'The protocol', link: '/spec/slalom' },
      { text: 'Notation', link: '/spec/notation' },
      { text: 'Soundness', link: '/spec/soundness' },
      { text: 'Rationale', link: '/spec/rationale' },
      { text: 'Defects of earlier code', link: '/spec/defects' },
    ],
  },
  {
    text: 'Evidence',
    items: [
      { text: 'Proofs', link: '/spec/proofs/' },
      { text: 'Status of the proofs', link: '/spec/proofs/STATUS' },
      { text: 'Model of the states', link: '/spec/model/' },
      { text: 'Test vectors', link: '/spec/vectors/' },
    ],
  },
];

/** typedoc's own list; empty before `npm run docs:pages` has run. */
function api(): DefaultTheme.SidebarItem[] {
  const file = join(root, 'docs', 'api', 'typedoc-sidebar.json');
  const items = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DefaultTheme.SidebarItem[]) : [];
  return [{ text: 'API', link: '/api/', items }];
}

export function sidebar(): DefaultTheme.SidebarMulti {
  return { '/api/': api(), '/spec/': specification, '/': guides };
}
