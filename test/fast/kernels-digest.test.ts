/** Only the kernels that this version was built with are run. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { compileKernels, KernelsError } from '../../src/fast/browser.js';
import { KERNELS_SHA256 } from '../../src/fast/trusted/kernels/digest.js';
import { suite } from '../suite.js';

const test = suite('digest of the kernels');
const bytes = new Uint8Array(readFileSync(new URL('../../dist/kernels.wasm', import.meta.url)));

test('the digest is that of the kernels that were built', () => {
  assert.is(createHash('sha256').update(bytes).digest('hex'), KERNELS_SHA256);
});

test('other code is refused, from bytes and from an address', async () => {
  // A section of another name at the end changes nothing that runs, but it is other code.
  const other = Uint8Array.from([...bytes, 0, 2, 1, 120]);
  assert.ok(WebAssembly.validate(other));
  const address = `data:application/wasm;base64,${Buffer.from(other).toString('base64')}`;
  for (const source of [other, other.buffer, new DataView(other.buffer), address, new URL(address)]) {
    const error = await compileKernels(source).catch((caught: unknown) => caught);
    assert.instance(error, KernelsError);
    assert.match((error as Error).message, /refused/);
  }
});
