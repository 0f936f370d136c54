/** Which errors may come out of the library, whatever a device did, and what they may say. */
import { DeviceError, IntegrityError, PadError, SessionError } from '../../src/protocol/index.js';

const ours = [IntegrityError, DeviceError, SessionError, PadError];

/** Why the error is none of ours, or says what it must not; null if all is well. */
export function notOurs(error: unknown): string | null {
  if (!ours.some((type) => error instanceof type)) return `an error that is not ours: ${shown(error)}`;
  const { message } = error as Error;
  if (!/^[\x20-\x7e]{1,500}$/.test(message)) return `a message that was not made harmless: ${shown(error)}`;
  return null;
}

/** An error of any kind in harmless words. */
export function shown(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return JSON.stringify(text.slice(0, 300));
  } catch {
    return 'a value that cannot be shown';
  }
}
