/** Damaged TensorFlow Lite files: whatever the bytes are, the importer gives a network or a ModelError. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { importTflite } from '../../../src/formats/tflite/import.js';
import { ModelError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { check } from '../../suite.js';

/** True when the bytes are a well-formed network, false when they are refused as they should be. */
function accepts(bytes: Uint8Array): boolean {
  try {
    aQuantizedNetwork(importTflite(bytes, 'damaged'));
    return true;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return false;
  }
}

/** Changes 1 to 4 bytes of the file, so many times; of the changes `some` must be accepted and as many refused. */
export async function damage(file: Uint8Array, runs = 10_000, some = 500, isAccepted = accepts): Promise<void> {
  const change = fc.record({
    at: fc.nat(file.length - 1),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 127, 128, 255)),
  });
  let accepted = 0;
  await check(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = file.slice();
      for (const { at, value } of changes) damaged[at] = value;
      if (isAccepted(damaged)) accepted++;
    }),
    runs,
  );
  assert.ok(accepted > some && accepted < runs - some, `${accepted} of ${runs} accepted: the changes do not test much`);
}
