/** The built site, if it is there. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/slalom.js';
import { requiredDevices } from '../devices.js';
import { noChromium } from './chromium.js';

/** What `npm run docs` writes. */
export const siteFolder = join(root, 'docs', '.vitepress', 'dist');

/** Where tests leave pictures of pages for a person to look at. */
export const screenshotFolder = join(root, 'docs', '.vitepress', 'screenshots');

const built = existsSync(join(siteFolder, 'index.html'));

/** Why the site cannot be tested here; null when it can, or must. */
export const noSite: string | null =
  noChromium ?? (built || requiredDevices.includes('chromium') ? null : 'the site is not built: npm run docs');

/** Every page, as the path of its address. */
export function pagesOf(folder: string, prefix = '/'): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return pagesOf(folder, `${prefix}${entry.name}/`);
    return entry.name.endsWith('.html') && entry.name !== '404.html' ? [`${prefix}${entry.name}`] : [];
  });
}
