/**
 * The demonstration in a browser: the result is Node's, the device sees noise, a lie is refused, and nothing leaves the
 * page. Writes screenshots to docs/.vitepress/screenshots for a person to look at.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import {
  decodeImage,
  encodePng,
  type Image,
  NetworkSession,
  prepareFaceInput,
  quantizedFaceDetector,
  readImage,
  resizeBilinear,
} from '../../src/network/index.js';
import { suite } from '../suite.js';
import { hasChromium, launch, requires } from './chromium.js';
import { buildDemo } from './demo-page.js';
import { type Outside, watchOutside } from './outside.js';
import { type Served, serveFolder } from './serve.js';

const test = suite('demonstration');
const LIMIT_MS = 400_000;
const shots = fileURLToPath(new URL('../../docs/.vitepress/screenshots', import.meta.url));
const faceApi = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));

let folder: string;
let site: Served;
let outside: Outside;
let browser: Browser;

interface Opened {
  readonly page: Page;
  /** What the page wrote to the console as an error, and exceptions that nobody caught. */
  readonly errors: string[];
  /** Every address the page and its workers asked for. */
  readonly requests: string[];
}

async function open(options: BrowserContextOptions = {}, where = browser): Promise<Opened> {
  const page = await where.newPage(options);
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${site.origin}/demo.html`);
  await state(page, 'ready');
  await page.waitForLoadState('networkidle');
  return { page, errors, requests };
}

/** Waits until the demonstration has come to an end of some kind, which must be this one. */
async function state(page: Page, wanted: 'ready' | 'done' | 'refused'): Promise<void> {
  const ends = ['ready', 'done', 'refused', 'failed'];
  const current = () => page.locator('.demo').getAttribute('data-state');
  await page.waitForFunction(
    (names) => names.includes(document.querySelector<HTMLElement>('.demo')?.dataset.state ?? ''),
    ends,
    { timeout: 200_000 },
  );
  assert.is(await current(), wanted, await page.locator('.demo [role=alert]').allInnerTexts().then(String));
}

async function run(page: Page, wanted: 'done' | 'refused'): Promise<void> {
  const button = page.getByRole('button', { name: 'Run privately and verified' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.demo:is([data-state=opening], [data-state=running])');
  await state(page, wanted);
}

/** A photo in a format that every decoder reads alike, small enough to be quick. */
async function aPhoto(): Promise<Image> {
  const photo = await readImage(join(faceApi, 'demo', 'sample1.jpg'));
  const pixels = Uint8Array.from(resizeBilinear(photo, 720, 480), (value) => Math.round(value));
  return { width: 720, height: 480, pixels };
}

/** What Node computes for the pixels of a file, privately and verified, every layer on the device. */
async function nodeOutputs(file: Uint8Array): Promise<{ name: string; values: number[] }[]> {
  const { network } = await quantizedFaceDetector(join(faceApi, 'model'));
  const device = await wasmDevice();
  const arithmetic = await wasmArithmetic();
  const session = await NetworkSession.open({ network, device, arithmetic, plan: 'all' });
  try {
    await session.prepare(1);
    const { outputs } = await session.run(prepareFaceInput(await decodeImage(file, 'the photo')));
    return outputs.map(({ tensor, values }) => ({ name: tensor.name, values: [...values] }));
  } finally {
    session.close();
    arithmetic.close();
    await device.close();
  }
}

const savedOutputs = async (page: Page): Promise<unknown> => {
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save the raw outputs' }).click();
  return (JSON.parse(await readFile(await (await saved).path(), 'utf8')) as { outputs: unknown }).outputs;
};

/** The counts that a panel's table shows. */
function counts(page: Page, panel: string): Promise<number[]> {
  return page.locator(`#${panel} .count`).evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));
}

const BINS = 64;

/** Pearson's statistic against equally likely bins; written again here, so that the page's own is not believed. */
function statistic(observed: readonly number[]): number {
  assert.is(observed.length, BINS);
  const expected = observed.reduce((sum, count) => sum + count) / BINS;
  return observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** 63 degrees of freedom: honest noise is above this once in more than 10^9 times. */
const MOST_OF_NOISE = 157;

if (hasChromium(test)) {
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slalom-demo-'));
    await buildDemo(folder);
    site = await serveFolder(folder);
    outside = await watchOutside();
    browser = await launch([`--proxy-server=${outside.proxy}`]);
  });

  test.after(async () => {
    await browser?.close();
    await site?.close();
    await outside?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.long(
    'a photo gives bit for bit what Node gives, the device sees noise, and nothing is requested',
    async () => {
      const { page, errors, requests } = await open();
      const file = await encodePng(await aPhoto());
      const quiet = { page: requests.length, site: site.requests.length };
      await page.locator('input[type=file]').setInputFiles({
        // Letters that the site's font keeps in files of their own.
        name: 'фото χ ě.png',
        mimeType: 'image/png',
        buffer: Buffer.from(file),
      });
      await page.waitForSelector('canvas[aria-label="The chosen picture"]');
      await run(page, 'done');
      assert.match(
        await page.locator('.demo [role=status]').innerText(),
        /3 faces were found, 47 of 47 layers verified/,
      );

      const pooled = new Array<number>(BINS).fill(0);
      let judged = 0;
      await page.locator('#demo-layer').focus();
      for (let layer = 0; layer < 47; layer++) {
        for (const panel of ['trusted-side', 'device-side']) {
          assert.is(await page.locator(`#${panel}`).getAttribute('data-layer'), String(layer));
        }
        const seen = await counts(page, 'device-side');
        const held = await counts(page, 'trusted-side');
        // Of few numbers a histogram says little; they are in the pool below all the same.
        if (seen.reduce((sum, count) => sum + count) >= 10_000) {
          judged++;
          assert.ok(statistic(seen) < MOST_OF_NOISE, `layer ${layer}: the device sees ${statistic(seen)}`);
          assert.ok(statistic(held) > 10 * MOST_OF_NOISE, `layer ${layer}: its owner sees ${statistic(held)}`);
        }
        for (let bin = 0; bin < BINS; bin++) pooled[bin]! += seen[bin]!;
        await page.keyboard.press('ArrowRight');
      }
      assert.ok(judged >= 30, `${judged} layers are large enough`);
      assert.ok(
        pooled.reduce((sum, count) => sum + count) > 10 ** 7,
        'every number that the device received was counted',
      );
      assert.ok(statistic(pooled) < MOST_OF_NOISE, `all layers together: ${statistic(pooled)}`);

      assert.equal(requests.slice(quiet.page), [], 'the page asked for something while it ran');
      assert.equal(site.requests.slice(quiet.site), [], 'the site was asked for something while the page ran');
      assert.equal(await savedOutputs(page), await nodeOutputs(file));
      assert.ok(
        requests.every(
          (address) => address.startsWith(`${site.origin}/`) || address.startsWith(`blob:${site.origin}/`),
        ),
        requests.join('\n'),
      );
      assert.equal(outside.asked, [], 'something asked for another place');
      assert.equal(errors, []);

      // That all three would have noticed: the workers' own requests were seen, and so is one to another place.
      for (const name of ['ssd_mobilenetv1_model.', 'kernels.', 'sample1.']) {
        assert.ok(
          requests.some((address) => address.includes(name)) && site.requests.some((path) => path.includes(name)),
        );
      }
      await page.evaluate(() => fetch('http://elsewhere.example/', { mode: 'no-cors' }).catch(() => {}));
      assert.ok(requests.some((address) => address === 'http://elsewhere.example/'));
      assert.equal(outside.asked, ['http://elsewhere.example/']);
      await page.close();
    },
    LIMIT_MS,
  );

  test.long(
    'a device that cheats is refused in plain words, and an honest one is believed again',
    async () => {
      const { page, errors } = await open();
      await page.getByRole('switch', { name: 'The device cheats' }).focus();
      await page.keyboard.press('Space');
      const kinds = await page
        .locator('.lie option')
        .evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value));
      assert.ok(kinds.length >= 4);
      for (const [index, kind] of kinds.entries()) {
        await page.locator('.lie select').selectOption(kind);
        const layer = [1, 18, 30, 47][index % 4]!;
        await page.locator('.lie input').fill(String(layer));
        await run(page, 'refused');
        const alert = await page.getByRole('alert').innerText();
        assert.match(alert, /Refused/);
        assert.match(alert, /The device gave a wrong answer\./);
        assert.match(alert, /Nothing of the result is shown/);
        assert.match(await page.locator('.demo [role=status]').innerText(), /wrong answer/);
        assert.is(await page.getByText('layers verified').count(), 0, kind);
        assert.is(await page.getByRole('link', { name: 'Save the raw outputs' }).count(), 0, kind);
        // It reached the lying layer and went no further.
        await page.locator('#demo-layer').focus();
        await page.keyboard.press('End');
        assert.is(await page.locator('#device-side').getAttribute('data-layer'), String(layer - 1));
      }
      await page.getByRole('switch', { name: 'The device cheats' }).focus();
      await page.keyboard.press('Space');
      await run(page, 'done');
      assert.is(await page.getByRole('alert').count(), 0);
      await page.getByRole('button', { name: 'Drawing' }).click();
      await run(page, 'done');
      assert.match(await page.locator('.outcome').innerText(), /no face was found/);
      assert.equal(errors, []);
      await page.close();
    },
    LIMIT_MS,
  );

  test.long(
    'a file that is no picture is refused, and the picture chosen before stays',
    async () => {
      const { page, errors } = await open();
      const buffer = Buffer.from('not a picture');
      await page.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer });
      await page.waitForSelector('.problem');
      assert.match(await page.locator('.problem').innerText(), /notes\.txt is not a picture/);
      assert.match(await page.locator('.demo [role=status]').innerText(), /not a picture/);
      assert.is(await page.locator('[aria-pressed=true]').innerText(), 'Photo 1');
      assert.equal(errors, []);
      await page.close();
    },
    LIMIT_MS,
  );

  test.long(
    'a WebGPU device in the worker gives the same',
    async () => {
      // A software adapter, so that this runs on machines without a card.
      const flags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
      const software = await launch([...flags, '--enable-features=Vulkan', '--use-vulkan=swiftshader']);
      try {
        const { page, errors } = await open({}, software);
        const webgpu = page.getByRole('radio', { name: 'WebGPU' });
        const there = await page.evaluate(async () => {
          const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
          return ((await gpu?.requestAdapter()) ?? null) !== null;
        });
        if (!there && !requires('webgpu')) {
          console.log('skipped: demonstration: WebGPU (this Chromium has no software adapter)');
          assert.not.ok(await webgpu.isEnabled());
          return;
        }
        await page.getByRole('button', { name: 'Drawing' }).click();
        await run(page, 'done');
        const wasm = await savedOutputs(page);
        await webgpu.check();
        await run(page, 'done');
        assert.equal(await savedOutputs(page), wasm);
        assert.not.match(await page.locator('.outcome').innerText(), /share this machine/);
        assert.equal(errors, []);
      } finally {
        await software.close();
      }
    },
    LIMIT_MS,
  );

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, width, height] of [
      ['desktop', 1280, 900],
      ['phone', 390, 844],
    ] as const) {
      test.long(
        `${device}, ${colorScheme}: nothing is wider than the screen, and controls have names`,
        async () => {
          const reducedMotion = colorScheme === 'dark' ? 'reduce' : 'no-preference';
          const { page, errors } = await open({ viewport: { width, height }, colorScheme, reducedMotion });
          await page.getByRole('button', { name: 'Run privately and verified' }).click();
          await page.waitForSelector('.demo[data-state=running]');
          if (reducedMotion === 'reduce') {
            await page.waitForFunction(() =>
              document.querySelector('.progress .line')?.textContent?.includes('layer 9 of'),
            );
            assert.is(
              await page.locator('#device-side').getAttribute('data-layer'),
              null,
              'pictures change only at the end',
            );
          }
          await state(page, 'done');
          await page.screenshot({ path: join(shots, `demo-${device}-${colorScheme}.png`), fullPage: true });
          assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
          const nameless = await page
            .locator('.demo :is(button, input, select, progress, canvas[role], svg[role])')
            .evaluateAll((all) =>
              all
                .filter((element) => {
                  const { labels, ariaLabel, textContent } = element as HTMLInputElement;
                  return !ariaLabel && !labels?.[0]?.textContent?.trim() && !textContent?.trim();
                })
                .map((element) => element.outerHTML),
            );
          assert.equal(nameless, []);
          assert.equal(errors, []);
          await page.close();
        },
        LIMIT_MS,
      );
    }
  }
}
