/** Writes what the site shows from elsewhere in the repository: pages, parts of the README, raw files. All of it is git-ignored. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRecords } from '../../../bench/accuracy/results.js';
import { networkSummary, zooNetwork } from '../../../src/network/index.js';
import { accuracyParts } from './accuracy.js';
import { importedPages, RAW_FOLDER, resolveLink, root } from './pages.js';
import { publishedTables } from './published.js';
import { readmeSections } from './readme.js';

const docs = join(root, 'docs');

function write(path: string, text: string): void {
  const file = join(docs, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Publishes the raw files that a text links to. */
function publishLinked(text: string, source: string): void {
  for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    const address = resolveLink(link!, source)?.replace(/#.*/, '');
    if (!address?.startsWith(`/${RAW_FOLDER}/`)) continue;
    const path = address.slice(RAW_FOLDER.length + 2).replace(/\.txt$/, '');
    cpSync(join(root, path), join(docs, 'public', address.slice(1)));
  }
}

/** One page from outside `docs`. */
export function writeImported(source: string): void {
  const page = importedPages.get(source);
  if (page === undefined) return;
  const text = readFileSync(join(root, source), 'utf8');
  publishLinked(text, source);
  write(page, text);
}

/** The networks of the zoo whose real layers the calculator offers. */
const networks = ['mobilenet-v1', 'mobilenet-v2', 'resnet-50', 'resnet-152', 'vgg16'] as const;

/** Everything that the site takes from outside `docs`. */
export function prepare(): void {
  for (const old of ['spec', `public/${RAW_FOLDER}`, '.vitepress/generated']) {
    rmSync(join(docs, old), { recursive: true, force: true });
  }
  for (const source of importedPages.keys()) writeImported(source);
  for (const [name, text] of readmeSections()) write(`.vitepress/generated/readme/${name}.md`, text);
  for (const [name, text] of accuracyParts(readRecords())) write(`.vitepress/generated/accuracy/${name}.md`, text);
  write('.vitepress/generated/published-models.md', publishedTables());
  publishLinked(readFileSync(join(root, 'README.md'), 'utf8'), 'README.md');
  const layers = Object.fromEntries(networks.map((name) => [name, networkSummary(zooNetwork(name))]));
  write('.vitepress/generated/networks.json', JSON.stringify(layers));
  for (const name of readdirSync(docs)) {
    if (name.endsWith('.md')) publishLinked(readFileSync(join(docs, name), 'utf8'), `docs/${name}`);
  }
}
