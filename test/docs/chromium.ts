/** Chromium for tests of the site. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
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
