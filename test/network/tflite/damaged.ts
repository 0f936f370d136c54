/** Damaged TensorFlow Lite files: whatever the bytes are, the importer gives a network or a ModelError. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { ModelError } from '../../../src/network/errors.js';
import { importTflite } from '../../../src/network/tflite/import.js';
import { aQuantizedNetwork } from '../../../src/network/validate.js';
import { check } from '../../suite.js';

/** Changes 1 to 4 bytes of the file, 10,000 times; some changes must be accepted and some refused. */
export async function damage(file: Uint8Array): Promise<void> {
  const change = fc.record({
    at: fc.nat(file.length - 1),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 127, 128, 255)),
  });
  let accepted = 0;
  await check(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = file.slice();
      for (const { at, value } of changes) damaged[at] = value;
      try {
        aQuantizedNetwork(importTflite(damaged, 'damaged'));
        accepted++;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    }),
    10_000,
  );
  assert.ok(accepted > 500 && accepted < 9500, `${accepted} accepted`);
}
