/** Chromium for tests of the site. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Test } from '../suite.js';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const path = [process.env.SLALOM_CHROMIUM, ...PLACES].find((place) => place !== undefined && existsSync(place));
const missing = `no Chromium at ${PLACES.join(', ')}; SLALOM_CHROMIUM can name another place`;

/** Starts it. @param flags more of Chromium's own */
export function launch(flags: readonly string[] = []): Promise<Browser> {
  if (path === undefined) throw new Error(missing);
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', ...flags];
  return chromium.launch({ executablePath: path, headless: true, args });
}

/** True if `SLALOM_REQUIRE` names it: its absence is then a failure. */
export function requires(name: string): boolean {
  return (process.env.SLALOM_REQUIRE ?? '').split(',').includes(name);
}

/** Why pages cannot be opened here; null when they can, or must. */
export const noChromium: string | null = path !== undefined || requires('chromium') ? null : missing;

/**
 * True where there is Chromium. Elsewhere the suite is skipped with the reason, or fails if `SLALOM_REQUIRE` names chromium.
 */
export function hasChromium(test: Test): boolean {
  if (path !== undefined) return true;
  if (requires('chromium')) {
    test('Chromium is there', () => {
      throw new Error(missing);
    });
  } else test.skip('everything', missing);
  return false;
}

/** What Chromium itself remarks when a page asks whether there is WebGPU and there is none. */
const NO_WEBGPU = 'No available adapters.';

/** A page whose every complaint is kept: errors of scripts and console, failed requests, requests to anywhere else. */
export async function watchedPage(
  context: BrowserContext,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(`${page.url().replace(address, '')}: ${text}`);
  page.on('console', (message) => {
    const complaint = message.type() === 'error' || message.type() === 'warning';
    if (complaint && message.text() !== NO_WEBGPU) complain(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complain(`error: ${error.message}`));
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complain(`request failed: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complain(`${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
      complain(`asks elsewhere: ${request.url()}`);
    }
  });
  return { page, complaints };
}
