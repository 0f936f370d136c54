/** Headless Chromium for tests of pages: absent on some machines, watched wherever it is. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { requiredDevices } from '../devices.js';

const PROGRAM = process.env.SLALOM_CHROMIUM ?? '/usr/bin/chromium';

/** Why pages cannot be opened here; null when they can, or must. */
export const noChromium: string | null =
  existsSync(PROGRAM) || requiredDevices.includes('chromium') ? null : `there is no ${PROGRAM}`;

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: PROGRAM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** A page whose every complaint is kept: errors of scripts and console, failed requests, requests to anywhere else. */
export async function watchedPage(
  context: BrowserContext,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(`${page.url().replace(address, '')}: ${text}`);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complain(`console: ${message.text()}`);
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
