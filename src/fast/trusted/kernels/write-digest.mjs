/** Writes digest.ts from the kernels that were just built: the same source gives the same bytes. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const kernels = readFileSync(new URL('../../../../dist/kernels.wasm', import.meta.url));
const digest = createHash('sha256').update(kernels).digest('hex');
const text = `/** Written by write-digest.mjs when the kernels are built. */

/** SHA-256 of kernels.wasm. */
export const KERNELS_SHA256 = '${digest}';
`;
writeFileSync(new URL('./digest.ts', import.meta.url), text);
