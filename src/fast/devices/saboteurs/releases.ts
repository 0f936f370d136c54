/** Devices that answer rightly, and are a nuisance when they are told that a map is needed no more. */
import { type Kind, type Kinds, NOISE, never, type Releasing, thrower } from './kind.js';

function releasing(does: string, release: (how: Releasing) => unknown): Kind {
  return {
    does: `${does} when it is released`,
    outcome: 'right result',
    hooks: () => ({
      release(how) {
        how.honest();
        return release(how);
      },
    }),
  };
}

/** See `SABOTAGES`. */
export const RELEASES = {
  'release-throws': releasing('throws', thrower(new Error(NOISE))),
  'release-rejects': releasing('rejects', () => Promise.reject(new Error(NOISE))),
  'release-hangs': releasing('never comes to an end', never),
  'release-late': releasing('rejects a little later', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    throw new Error(NOISE);
  }),
  'release-thenable': releasing('gives something that throws when it is awaited,', () =>
    Object.defineProperty({}, 'then', { get: thrower(NOISE) }),
  ),
  'release-twice': releasing('releases twice', ({ honest }) => honest()),
  'release-calls': releasing('calls its other maps', ({ maps }) => {
    for (const map of maps) {
      Promise.resolve(map.apply(new Uint32Array(1))).catch(() => {});
    }
  }),
} satisfies Kinds;
