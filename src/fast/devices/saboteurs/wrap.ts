/** A device around another one, honest but for the hooks of one kind of sabotage on one of its maps. */

import type { LinearMap } from '../../../model/linear-map.js';
import type { Device, DeviceInput, DeviceOutput, LoadedMap } from '../../../protocol/device.js';
import type { Mode } from '../wasm/messages.js';
import type { Hooks, Realm } from './kind.js';

/** What a sabotaged map is made of. */
interface Parts {
  readonly honest: LoadedMap;
  readonly hooks: Hooks;
  readonly map: LinearMap;
  readonly mode: Mode;
  readonly realm: Realm;
  readonly maps: readonly LoadedMap[];
}

/** A copy down to the last field, so that what is done to the original does not reach the honest device. */
function copied(map: LinearMap): LinearMap {
  return structuredClone(map);
}

function sabotagedMap({ honest, hooks, map, mode, realm, maps }: Parts): LoadedMap {
  let calls = 0;
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    // What is wrapped may be hostile itself: what it rejects with must not be this one's unhandled rejection.
    void Promise.resolve(honest.release()).catch(() => {});
  };
  return {
    apply(x: DeviceInput, into?: DeviceOutput): Promise<DeviceOutput> {
      if (hooks.apply === undefined) return honest.apply(x, into);
      // Nobody else has this copy, and no room was given: the answer is in memory of its own.
      const own = x.slice();
      const call = { x, into, map, mode, realm, calls: calls++, honest: async () => honest.apply(own.slice()) };
      // A lie need not be of the promised type; the point is that nobody may rely on the promise.
      return hooks.apply(call) as Promise<DeviceOutput>;
    },
    release: () => (hooks.release === undefined ? release() : (hooks.release({ honest: release, maps }) as undefined)),
  };
}

function overheard(honest: LoadedMap, hear: (y: DeviceOutput) => void): LoadedMap {
  return {
    async apply(x, into) {
      const y = await honest.apply(x, into);
      hear(y);
      return y;
    },
    release: () => honest.release(),
  };
}

/** @param layer the map that is sabotaged, counted from 0 in the order of `load`; statements are of the whole device */
export function sabotaged(device: Device, layer: number, hooks: Hooks, realm: Realm): Device {
  const maps: LoadedMap[] = [];
  let loads = 0;
  const load = async (map: LinearMap, mode: Mode): Promise<LoadedMap> => {
    const index = loads++;
    if (index !== layer) {
      const honest = await device.load(map, mode);
      const heard = hooks.overheard === undefined ? honest : overheard(honest, hooks.overheard);
      maps.push(heard);
      return heard;
    }
    const own = copied(map);
    const honest = async (): Promise<LoadedMap> => {
      const loaded = await device.load(copied(own), mode);
      const lying = sabotagedMap({ honest: loaded, hooks, map: own, mode, realm, maps });
      maps.push(lying);
      return lying;
    };
    return hooks.load === undefined ? honest() : ((await hooks.load({ map, mode, honest })) as LoadedMap);
  };
  return {
    get name() {
      const name = `${device.name} (sabotaged)`;
      return hooks.name === undefined ? name : (hooks.name(name) as string);
    },
    get limits() {
      return hooks.limits === undefined ? device.limits : (hooks.limits(device.limits) as Device['limits']);
    },
    load,
    close: () => device.close(),
  };
}
