/** Devices that do something with the map they are given, or give something odd for it. */
import type { LinearMap } from '../../../model/linear-map.js';
import { type Kind, type Kinds, type Loading, NOISE, never, thrower } from './kind.js';

/** Loads honestly, and then spoils the map it was given. */
function spoiling(does: string, spoil: (map: LinearMap) => void): Kind {
  return {
    does,
    outcome: 'right result',
    hooks: () => ({
      async load({ map, honest }) {
        const loaded = await honest();
        spoil(map);
        return loaded;
      },
    }),
  };
}

/** Gives something that is no map. */
function giving(does: string, load: (loading: Loading) => unknown): Kind {
  return { does, outcome: 'refused at open', hooks: () => ({ load }) };
}

/** See `SABOTAGES`. */
export const LOADS = {
  'load-weights': spoiling('adds 1 to a weight of the map it is given', ({ weights }) => {
    weights[0]! += 1;
  }),
  'load-zeros': spoiling('makes the weights of the map zero', ({ weights }) => void weights.fill(0)),
  'load-padding': spoiling('moves the padding of the map', (map) => {
    if (map.kind === 'convolution') Object.assign(map.padding, { top: map.padding.top + 1, bottom: 0 });
    else Object.assign(map, { inputs: 1 });
  }),
  'load-range': spoiling('narrows the input range of the map', ({ inputRange }) => {
    Object.assign(inputRange, { minimum: 0, maximum: 0 });
  }),
  'load-detaches': spoiling('takes the memory of the weights away', ({ weights }) => {
    structuredClone(weights.buffer, { transfer: [weights.buffer as ArrayBuffer] });
  }),
  'load-keeps': {
    does: 'keeps the map and changes it whenever it is applied',
    outcome: 'right result',
    hooks: () => {
      let kept: LinearMap | undefined;
      return {
        load({ map, honest }) {
          kept = map;
          return honest();
        },
        apply({ honest }) {
          kept!.weights[0]! += 1;
          return honest();
        },
      };
    },
  },
  'load-once': {
    does: 'has another `apply` each time that it is looked at',
    outcome: 'right result',
    hooks: () => ({
      async load({ honest }) {
        const { apply, release } = (await honest()) as Record<'apply' | 'release', () => unknown>;
        let reads = 0;
        return Object.defineProperty({ release }, 'apply', { get: () => (reads++ === 0 ? apply : thrower(NOISE)) });
      },
    }),
  },
  'load-null': giving('loads null', () => null),
  'load-undefined': giving('loads nothing', () => undefined),
  'load-no-apply': giving('loads a map that cannot be applied', () => ({ release() {} })),
  'load-no-release': giving('loads a map that cannot be released', () => ({ apply: never })),
  'load-function': giving('loads a function', () => () => null),
  'load-number': giving('loads maps whose verbs are numbers', () => ({ apply: 1, release: 2 })),
  'load-proxy': giving('loads a proxy that throws', () => new Proxy({}, { get: thrower(new Error(NOISE)) })),
  'load-getter': giving('throws when the map is looked at', () =>
    Object.defineProperty({ release() {} }, 'apply', { get: thrower(NOISE) }),
  ),
  'load-throws': giving('throws at `load`', thrower(new TypeError(NOISE))),
  'load-rejects': giving('rejects at `load`, with nothing', () => Promise.reject()),
  'load-hangs': { does: 'never loads', outcome: 'refused at open', silent: true, hooks: () => ({ load: never }) },
  'load-thenable': {
    does: 'loads something that says that it will resolve, and does not',
    outcome: 'refused at open',
    silent: true,
    // biome-ignore lint/suspicious/noThenProperty: that is the sabotage.
    hooks: () => ({ load: () => ({ then() {} }) }),
  },
} satisfies Kinds;
