/** The version of this package. */
import { readFileSync } from 'node:fs';
import * as t from 'io-ts';

const manifest = t.type({ version: t.string });
const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
const decoded = manifest.decode(JSON.parse(text));

/** As in package.json. */
export const version: string = decoded._tag === 'Right' ? decoded.right.version : 'unknown';
