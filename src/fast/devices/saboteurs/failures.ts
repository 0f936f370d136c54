/** Devices that do not answer but fail, in ways that hurt whoever looks at the failure; and devices that say nothing. */
import { DeviceError, DeviceUnavailableError, IntegrityError, SessionError } from '../../../protocol/errors.js';
import { type Call, type Kind, type Kinds, NOISE, never, thrower } from './kind.js';

/** Rejects with a value. */
function failing(what: string, error: () => unknown): Kind {
  return {
    does: `rejects with ${what}`,
    outcome: 'DeviceError',
    hooks: () => ({ apply: () => Promise.reject(error()) }),
  };
}

function silent(does: string, apply: (call: Call) => unknown): Kind {
  return { does, outcome: 'DeviceError', silent: true, hooks: () => ({ apply }) };
}

/** See `SABOTAGES`. */
export const FAILURES = {
  throws: failing('an error', () => new Error('sabotage')),
  'throws-at-once': {
    does: 'throws instead of rejecting',
    outcome: 'DeviceError',
    hooks: () => ({ apply: thrower(NOISE) }),
  },
  'throws-nothing': failing('nothing', () => undefined),
  'throws-number': failing('a number', () => 7),
  'throws-symbol': failing('a symbol', () => Symbol(NOISE)),
  'throws-noise': failing('9 kB of terminal codes in a DeviceError', () => new DeviceError(NOISE)),
  'throws-absent': failing('the words of a device that is not there', () => new DeviceUnavailableError(NOISE)),
  'throws-integrity': failing('an IntegrityError', () => new IntegrityError()),
  'throws-session': failing('a SessionError', () => new SessionError(NOISE)),
  'throws-getter': failing('an error whose message throws', () =>
    Object.defineProperty(new Error(), 'message', { get: thrower(new Error(NOISE)) }),
  ),
  'throws-text': failing('an error whose message is no text', () =>
    Object.defineProperty(new DeviceError(), 'message', { value: { toString: thrower(NOISE) } }),
  ),
  'throws-proxy': failing(
    'a proxy that throws',
    () => new Proxy(new Error(), { get: thrower(NOISE), getPrototypeOf: thrower(NOISE), has: thrower(NOISE) }),
  ),
  'throws-prototype': failing('an error without a prototype', () => Object.setPrototypeOf(new Error(NOISE), null)),
  hangs: silent('never answers', never),
  late: silent('answers after the deadline', async ({ honest }) => {
    const y = await honest();
    // Far beyond the deadline of a test, and no reason for a process to stay alive.
    await new Promise<void>((resolve) => {
      const timer: unknown = setTimeout(resolve, 600_000);
      (timer as { unref?: () => void }).unref?.();
    });
    return y;
  }),
} satisfies Kinds;
