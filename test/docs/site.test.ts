/** The built site in a browser: every page opens without a complaint, every link inside it leads somewhere, phones do not scroll sideways. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import * as assert from 'uvu/assert';
import { suite } from '../suite.js';
import { noSite, pagesOf, screenshotFolder, siteFolder } from './built-site.js';
import { launch, watchedPage } from './chromium.js';
import { deadReferences } from './references.js';
import { type Served, serveFolder } from './serve.js';

const test = suite('site');

/** Pages that are drawn at once. */
const TABS = 4;

/** What is seen in a page. */
interface Seen {
  readonly brokenImages: readonly string[];
  readonly title: string;
  /** How far the page can be scrolled sideways on a phone. */
  readonly sideways: number;
}

let server: Served;
let address: string;
let browser: Browser;

async function openAll(paths: readonly string[]): Promise<{ found: Map<string, Seen>; complaints: string[] }> {
  const found = new Map<string, Seen>();
  const complaints: string[] = [];
  const rest = [...paths];
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const tab = async (): Promise<void> => {
    const watched = await watchedPage(context, address);
    for (let path = rest.shift(); path !== undefined; path = rest.shift()) {
      await watched.page.goto(address + path, { waitUntil: 'load' });
      // Hydrated, so that what only runs in a browser has run.
      await watched.page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined");
      if (path === '/benchmarks.html' || path === '/calculator.html')
        await watched.page.waitForSelector('.plot-host svg');
      found.set(path, await watched.page.evaluate(look));
    }
    complaints.push(...watched.complaints);
  };
  await Promise.all(Array.from({ length: TABS }, tab));
  await context.close();
  return { found, complaints };
}

/** Runs in the page. */
function look(): Seen {
  const { documentElement } = document;
  return {
    brokenImages: Array.from(document.images)
      .filter((image) => image.complete && image.naturalWidth === 0)
      .map(({ src }) => src),
    title: document.title,
    sideways: documentElement.scrollWidth - documentElement.clientWidth,
  };
}

/**
 * Every page that somebody wrote, and of the hundreds that typedoc writes from one template the overviews and the first of
 * each folder; their links are tested like all others.
 */
function worthOpening(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  return paths.filter((path) => {
    if (!path.startsWith('/api/') || path.endsWith('/index.html')) return true;
    const folder = path.slice(0, path.lastIndexOf('/'));
    return !folders.has(folder) && folders.add(folder);
  });
}

if (noSite !== null) test.skip('the built site', noSite);
else {
  test.before(async () => {
    server = await serveFolder(siteFolder);
    address = server.origin;
    browser = await launch(['--disable-gpu']);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('every link and image inside the site leads to a page, a file or a heading that is there', () => {
    const pages = pagesOf(siteFolder);
    assert.ok(pages.length > 200, `${pages.length} pages: the site is not whole`);
    assert.equal(deadReferences(siteFolder, pages), []);
  });

  test.long(
    'pages open without a complaint and do not scroll sideways on a phone',
    async () => {
      const paths = worthOpening(pagesOf(siteFolder));
      assert.ok(paths.length > 40, `${paths.length} pages: the site is not whole`);
      const { found, complaints } = await openAll(paths);
      const where = (wrong: (seen: Seen) => boolean): string[] =>
        [...found].filter(([, seen]) => wrong(seen)).map(([path]) => path);
      assert.equal(complaints, []);
      const broken = where(({ brokenImages }) => brokenImages.length > 0);
      assert.equal(broken, [], 'pages with broken images');
      const nameless = where(({ title }) => !title.includes('Slalom'));
      assert.equal(nameless, [], 'pages without a title');
      const wide = where(({ sideways }) => sideways > 0);
      assert.equal(wide, [], 'pages that scroll sideways');
    },
    600_000,
  );

  test('the search finds words of the specification without asking anybody', async () => {
    const context = await browser.newContext();
    const { page, complaints } = await watchedPage(context, address);
    await page.goto(`${address}/`);
    await page.locator('.DocSearch-Button').first().click();
    await page.locator('.VPLocalSearchBox input').fill('poisoned');
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\.html/);
    assert.equal(complaints, []);
    await context.close();
  });

  test.long(
    'pictures of pages are written for a person to look at',
    async () => {
      rmSync(screenshotFolder, { recursive: true, force: true });
      mkdirSync(screenshotFolder, { recursive: true });
      const pages = [
        'index',
        'calculator',
        'benchmarks',
        'comparison',
        'operating',
        'spec/slalom',
        'api/index/classes/NetworkSession',
      ];
      for (const [size, viewport] of Object.entries({
        desktop: { width: 1280, height: 900 },
        phone: { width: 390, height: 844 },
      })) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const context = await browser.newContext({ viewport, colorScheme });
          const { page, complaints } = await watchedPage(context, address);
          for (const name of pages) {
            await page.goto(`${address}/${name}.html`, { waitUntil: 'load' });
            if (name === 'calculator' || name === 'benchmarks') await page.waitForSelector('.plot-host svg');
            const file = join(screenshotFolder, `${name.replaceAll('/', '-')}-${size}-${colorScheme}.png`);
            await page.screenshot({ path: file, fullPage: name !== 'spec/slalom' });
          }
          assert.equal(complaints, []);
          await context.close();
        }
      }
    },
    300_000,
  );
}
