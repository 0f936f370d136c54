/** Devices that a machine may lack: absence is printed and counted, or a failure where it was said to be there. */
import { DeviceUnavailableError } from '../../../src/protocol/errors.js';
import type { Test } from '../../suite.js';

const required = (process.env.SLALOM_REQUIRE ?? '').split(',').map((name) => name.trim());

/** Calls `found` if the device opens; a device that is there but fails is a failure, as is a required one that is absent. */
export async function whereAvailable(
  test: Test,
  name: string,
  open: () => Promise<{ close(): Promise<void> }>,
  found: () => void,
): Promise<void> {
  try {
    await (await open()).close();
  } catch (error) {
    const absent = error instanceof DeviceUnavailableError && !required.includes(name);
    if (absent) test.skip(name, error.message);
    else
      test(`${name} opens`, () => {
        throw error;
      });
    return;
  }
  found();
}
