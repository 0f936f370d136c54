/** What a device at the other end of a mailbox says of itself, made harmless once, for every kind of worker. */
import * as t from 'io-ts';
import { decode, strictObject, wholeNumber } from '../../../boundary/codecs.js';
import { printable } from '../../../boundary/printable.js';
import { DeviceError } from '../../../protocol/errors.js';
import type { Description } from './messages.js';

const LONGEST_NAME = 64;

const DESCRIPTION = strictObject({
  name: t.string,
  limits: strictObject(
    { maximumTransferBytes: wholeNumber(1, 2 ** 40), concurrency: wholeNumber(1, 2 ** 10) },
    { sharedMemory: t.union([t.boolean, t.undefined]) },
  ),
});

/**
 * A checked copy of a description: whole, bounded limits and a printable name of at most 64 characters.
 * @param mayShare whether memory can be shared with the worker at all
 * @throws DeviceError when the device describes itself in a way that makes no sense
 */
export function aDescription(description: unknown, mayShare: boolean): Description {
  let decoded: ReturnType<typeof DESCRIPTION.encode>;
  try {
    decoded = decode(DESCRIPTION, description, 'its description');
  } catch (error) {
    const reason = printable((error as Error).message, 300);
    throw new DeviceError(
      `The worker must state a name and limits (maximumTransferBytes, concurrency) and was refused: ${reason}.`,
    );
  }
  const { maximumTransferBytes, concurrency, sharedMemory } = decoded.limits;
  return {
    name: printable(decoded.name, LONGEST_NAME),
    limits: { maximumTransferBytes, concurrency, sharedMemory: mayShare && sharedMemory === true },
  };
}
