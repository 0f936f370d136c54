/** Chromium for tests of the site: found, or the tests are skipped with the reason; `SLALOM_REQUIRE=chromium` makes absence a failure. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser's program, or null. */
export const chromiumPath: string | null =
  [process.env.SLALOM_CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path)) ?? null;

/** True if a machine without Chromium is a failure. */
export const chromiumRequired: boolean = (process.env.SLALOM_REQUIRE ?? '').split(',').includes('chromium');

/** Starts it. */
export function launch(): Promise<Browser> {
  if (chromiumPath === null) throw new Error(`no Chromium at ${PLACES.join(', ')}; SLALOM_CHROMIUM names another place`);
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({ executablePath: chromiumPath, headless: true, args });
}
