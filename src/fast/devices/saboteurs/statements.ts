/** Devices that lie about what they are and what they can take. */
import type { DeviceLimits } from '../../../protocol/device.js';
import { type Hooks, type Kind, type Kinds, NOISE, thrower } from './kind.js';

function stated(does: string, outcome: Kind['outcome'], hooks: () => Hooks): Kind {
  return { does, outcome, hooks };
}

/** A transfer limit that makes no sense. */
function transfer(value: unknown, shown: string): Kind {
  const limits = (honest: DeviceLimits): unknown => ({ ...honest, maximumTransferBytes: value });
  return stated(`says that one call may carry ${shown} bytes`, 'refused at open', () => ({ limits }));
}

/** Limits that are right the first time they are read, and something else later. */
function changing(does: string, later: (honest: DeviceLimits) => unknown): Kind {
  return stated(does, 'right result', () => {
    let reads = 0;
    return { limits: (honest) => (reads++ === 0 ? honest : later(honest)) };
  });
}

/** See `SABOTAGES`. */
export const STATEMENTS = {
  'limits-nan': transfer(Number.NaN, 'NaN'),
  'limits-text': transfer('abc', '"abc"'),
  'limits-object': transfer({}, '{}'),
  'limits-undefined': transfer(undefined, 'undefined'),
  'limits-negative': transfer(-4096, '-4096'),
  'limits-zero': transfer(0, '0'),
  'limits-fraction': transfer(0.5, '0.5'),
  'limits-infinite': transfer(Number.POSITIVE_INFINITY, '1e400'),
  'limits-bigint': transfer(4096n, '4096n'),
  'limits-missing': stated('has no limits', 'refused at open', () => ({ limits: () => null })),
  'limits-throw': stated('throws when its limits are read', 'refused at open', () => ({
    limits: thrower(new Error(NOISE)),
  })),
  'limits-getter': stated('throws when one of its limits is read', 'refused at open', () => ({
    limits: (honest) => Object.defineProperty({ ...honest }, 'maximumTransferBytes', { get: thrower(NOISE) }),
  })),
  'limits-proxy': stated('has a proxy for limits, which throws', 'refused at open', () => ({
    limits: (honest) => new Proxy(honest, { get: thrower(undefined) }),
  })),
  'concurrency-nan': stated('says that NaN calls may be in flight', 'refused at open', () => ({
    limits: (honest) => ({ ...honest, concurrency: Number.NaN }),
  })),
  'shared-text': stated('says "yes" to shared memory', 'refused at open', () => ({
    limits: (honest) => ({ ...honest, sharedMemory: 'yes' }),
  })),
  'limits-change': changing('states NaN bytes once it was believed', (honest) => ({
    ...honest,
    maximumTransferBytes: Number.NaN,
  })),
  'limits-vanish': changing('throws for its limits once it was believed', thrower(new Error(NOISE))),
  'limits-tiny': stated('takes one byte in a call', 'right result', () => ({
    limits: (honest) => ({ ...honest, maximumTransferBytes: 1 }),
  })),
  'limits-shared': stated('says that it shares memory, and does not', 'right result', () => ({
    limits: (honest) => ({ ...honest, sharedMemory: true }),
    apply: ({ honest }) => honest(),
  })),
  'shared-changes': changing('takes its word about shared memory back', (honest) => ({
    ...honest,
    sharedMemory: honest.sharedMemory !== true,
  })),
  'name-throws': stated('throws when its name is read', 'refused at open', () => ({ name: thrower(new Error(NOISE)) })),
  'name-missing': stated('has a number for a name', 'refused at open', () => ({ name: () => 7 })),
  'name-noise': stated('has 9 kB of terminal codes for a name', 'right result', () => ({ name: () => NOISE })),
} satisfies Kinds;
