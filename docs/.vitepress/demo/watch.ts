/** Eyes for both sides: what passes by is drawn, and nothing is changed. */

import type { LinearMap } from '../../../src/model/linear-map.js';
import type { Device, TrustedArithmetic } from '../../../src/protocol/index.js';
import { type Snapshot, snapshot } from './snapshot.js';

/** The device, with a look at every message that reaches it. Layers are counted in the order in which they are loaded. */
export function watchedDevice(device: Device, see: (snapshot: Snapshot) => void): Device {
  let loads = 0;
  return {
    name: device.name,
    limits: device.limits,
    async load(map, mode) {
      const layer = loads++;
      const loaded = await device.load(map, mode);
      const { minimum, maximum } = map.inputRange;
      const [least, end] = mode === 'integers' ? [minimum, maximum + 1] : [0, mode];
      return {
        apply(x, into) {
          // Before the device has it: it may take the memory away.
          see(snapshot(layer, map, x, least, end));
          return loaded.apply(x, into);
        },
        release: () => loaded.release(),
      };
    },
    close: () => device.close(),
  };
}

/** The trusted side's arithmetic, with a look at every input before it is blinded. */
export interface WatchedArithmetic {
  readonly arithmetic: TrustedArithmetic;
  /** Begins to count layers from 0 again. */
  restart(): void;
}

/** @param maps the outsourced layers in the order in which a run reaches them */
export function watchedArithmetic(
  arithmetic: TrustedArithmetic,
  maps: readonly LinearMap[],
  see: (snapshot: Snapshot) => void,
): WatchedArithmetic {
  let layer = 0;
  return {
    arithmetic: {
      ...arithmetic,
      outgoing(x, how, message, sums) {
        see(snapshot(layer, maps[layer]!, x, how.range.minimum, how.range.maximum + 1));
        layer++;
        return arithmetic.outgoing(x, how, message, sums);
      },
    },
    restart() {
      layer = 0;
    },
  };
}
