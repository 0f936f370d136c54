/** The calculator's page in a browser: what it shows is what the library's function gives, and an address brings it back. */
import type { Browser, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { fromQuery, initialState, toInput, toQuery, withPreset } from '../../docs/.vitepress/calculator/state.js';
import { type CalculatorInput, calculateSoundness, presetNames } from '../../src/calculator/index.js';
import { importTflite, zooNetwork } from '../../src/network/index.js';
import { networkSummary } from '../../src/session/summary.js';
import { suite } from '../suite.js';
import { noSite, siteFolder } from './built-site.js';
import { launch, watchedPage } from './chromium.js';
import { type Served, serveFolder } from './serve.js';
import { smallModel } from './small-files.js';

const test = suite('calculator page');

test('an address holds every field, and the layers of a file', () => {
  const file = networkSummary(zooNetwork('mobilenet-v1', { size: 32, classes: 10 }));
  const state = {
    ...initialState,
    network: 'file',
    targetBits: '80',
    repetitions: '3',
    structure: 'rank-one',
    padsPerSecond: '2.5',
    trustedMacs: '12',
  };
  const opened = fromQuery(`?${toQuery(state, file)}`);
  assert.equal(opened.state, state);
  const nameless = ({ name: _, ...numbers }: { name?: string }) => numbers;
  assert.equal(opened.fileLayers!.map(nameless), file.map(nameless));
  const before = calculateSoundness(toInput(state, {}, file));
  const after = calculateSoundness(toInput(opened.state, {}, opened.fileLayers));
  assert.equal(after.perSession, before.perSession);
  assert.equal(after.costs, before.costs);
  assert.is(toQuery(initialState, null), '', 'a fresh page has a plain address');
});

test('fields left alone are the defaults of the library, and presets are its presets', () => {
  const asked = calculateSoundness(toInput({ ...initialState, layers: '50' }, {}, null));
  assert.equal(asked.soundness, calculateSoundness({ layers: 50 }).soundness);
  assert.equal(asked.parameters, calculateSoundness({ layers: 50 }).parameters);
  for (const name of presetNames) {
    const page = toInput(withPreset({ ...initialState, layers: '50' }, name), {}, null);
    assert.is(calculateSoundness(page).parameters.repetitions > 0, true);
  }
});

/** What the page shows: k and the bits of the three errors, and the exact fraction of an inference. */
async function shown(page: Page): Promise<{ k: string | null; bits: string[]; fraction: string | null }> {
  const bits = await page.locator('[data-bits] sup').allTextContents();
  return {
    k: await page.locator('[data-answer]').getAttribute('data-k'),
    bits: bits.map((text) => text.replace('−', '')),
    fraction: await page.locator('[data-bits="inference"] .fraction').textContent(),
  };
}

function expected(input: CalculatorInput): Awaited<ReturnType<typeof shown>> {
  const { parameters, perCheck, perInference, perSession } = calculateSoundness(input);
  return {
    k: String(parameters.repetitions),
    bits: [perCheck, perInference, perSession].map(({ bits }) => String(bits)),
    fraction: `${perInference.error.numerator} / ${perInference.error.denominator}`,
  };
}

if (noSite !== null) test.skip('the page in a browser', noSite);
else {
  let server: Served;
  let address: string;
  let browser: Browser;
  test.before(async () => {
    server = await serveFolder(siteFolder);
    address = server.origin;
    browser = await launch(['--disable-gpu']);
  });
  test.after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Opens the page, does something, and sees to it that nothing was complained about. */
  async function onPage(path: string, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext();
    const { page, complaints } = await watchedPage(context, address);
    await page.goto(address + path);
    await page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined");
    await work(page);
    assert.equal(complaints, []);
    await context.close();
  }

  test('a target is typed, k changes, and the shared address shows the same', async () => {
    let shared = '';
    let first: Awaited<ReturnType<typeof shown>> | undefined;
    await onPage('/calculator.html', async (page) => {
      assert.equal(await shown(page), expected({ layers: 53 }));
      await page.getByLabel('Target, bits').first().fill('80');
      await page.waitForSelector('[data-answer][data-k="3"]');
      await page.getByLabel('Linear layers on the device').fill('20');
      await page.getByLabel('Inferences per session').fill('1000');
      await page.waitForFunction("document.location.search.includes('inferences=1000')");
      first = await shown(page);
      assert.equal(first, expected({ layers: 20, targetBits: 80, inferences: 1000 }));
      shared = page.url().slice(address.length);
    });
    await onPage(shared, async (page) => {
      await page.waitForSelector('[data-answer][data-k="3"]');
      assert.equal(await shown(page), first);
    });
  });

  test('a network of the zoo has costs, with the layers that it has', async () => {
    await onPage('/calculator.html?network=mobilenet-v2', async (page) => {
      await page.waitForSelector('#result-costs');
      const layers = networkSummary(zooNetwork('mobilenet-v2'));
      assert.equal(await shown(page), expected({ layers }));
      const { costs } = calculateSoundness({ layers });
      const table = (await page.locator('section[aria-labelledby="result-costs"]').textContent())!.replaceAll(
        /\s/g,
        '',
      );
      assert.ok(table.includes(`${costs!.device.macs}multiply-accumulates`), table);
    });
  });

  test('wrong input is a sentence, not a wrong number; presets bring the page back', async () => {
    await onPage('/calculator.html', async (page) => {
      await page.getByLabel('Target, bits').first().fill('999');
      await page.locator('[data-answer] strong').waitFor();
      assert.match((await page.locator('[data-answer]').textContent())!, /targetBits/);
      assert.is(await page.locator('[data-bits]').count(), 0);
      await page.getByRole('button', { name: 'the paper' }).click();
      await page.locator('[data-bits]').first().waitFor();
      assert.match((await page.locator('[data-answer]').textContent())!, /2\^−40 per check/);
    });
  });

  test('it can be used with the keyboard alone, and every field has a name', async () => {
    await onPage('/calculator.html', async (page) => {
      const nameless = await page
        .locator('.calculator :is(input, select)')
        .evaluateAll((fields) =>
          fields.filter((field) => ((field as HTMLInputElement).labels?.length ?? 0) === 0).map(({ id }) => id),
        );
      assert.equal(nameless, []);
      await page.getByLabel('Linear layers on the device').focus();
      await page.keyboard.press('Tab');
      assert.is(await page.evaluate('document.activeElement.id'), 'calc-targetBits');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('100');
      await page.waitForSelector('[data-answer][data-k="4"]');
      assert.is(await page.locator('[data-answer]').getAttribute('aria-live'), 'polite');
    });
  });

  test('a model file is read on the page, and its layers travel in the address', async () => {
    let shared = '';
    let first: Awaited<ReturnType<typeof shown>> | undefined;
    const bytes = smallModel();
    await onPage('/calculator.html', async (page) => {
      await page.getByLabel('Layers of').selectOption('file');
      const file = { name: 'small.tflite', mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
      await page.getByLabel(/Model file/).setInputFiles(file);
      await page.waitForFunction("document.location.search.includes('file=')");
      first = await shown(page);
      assert.equal(first, expected({ layers: networkSummary(importTflite(bytes, 'small')) }));
      shared = page.url().slice(address.length);
    });
    await onPage(shared, async (page) => {
      await page.waitForSelector('#result-costs');
      assert.equal(await shown(page), first);
    });
    await onPage('/calculator.html?network=file', async (page) => {
      const file = { name: 'no.tflite', mimeType: 'application/octet-stream', buffer: Buffer.from('no network') };
      await page.getByLabel(/Model file/).setInputFiles(file);
      await page.waitForFunction("document.querySelector('[data-answer]').textContent.includes('no.tflite')");
    });
  });
}
