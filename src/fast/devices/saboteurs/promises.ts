/** Devices whose promises are none. */
// biome-ignore-all lint/suspicious/noThenProperty: that is the sabotage.
import type { DeviceOutput } from '../../../protocol/device.js';
import { type Kinds, NOISE, thrower } from './kind.js';

/** See `SABOTAGES`. */
export const PROMISES = {
  thenable: {
    does: 'answers with something that is no promise but resolves',
    outcome: 'right result',
    hooks: () => ({
      apply: ({ honest }) => ({
        then: (resolve: (y: DeviceOutput) => void, reject: (error: unknown) => void) =>
          void honest().then(resolve, reject),
      }),
    }),
  },
  'thenable-twice': {
    does: 'resolves rightly, and then once more with zeros, and then rejects',
    outcome: 'right result',
    hooks: () => ({
      apply: ({ honest }) => ({
        then(resolve: (y: DeviceOutput) => void, reject: (error: unknown) => void) {
          const twice = honest().then((y) => {
            resolve(y);
            resolve(y.slice().fill(0));
            reject(new Error(NOISE));
          });
          // What is wrapped may be hostile itself, and its answer no array.
          twice.catch(reject);
        },
      }),
    }),
  },
  'thenable-throws': {
    does: 'answers with something that throws when it is awaited',
    outcome: 'DeviceError',
    hooks: () => ({ apply: () => Object.defineProperty({}, 'then', { get: thrower(new Error(NOISE)) }) }),
  },
  'thenable-hangs': {
    does: 'answers with something that says that it will resolve, and does not',
    outcome: 'DeviceError',
    silent: true,
    hooks: () => ({ apply: () => ({ then() {} }) }),
  },
} satisfies Kinds;
