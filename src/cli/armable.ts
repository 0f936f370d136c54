/** A device that is honest until it is told to lie: for showing both in one session. */
import { saboteur } from '../fast/index.js';
import type { Device, LoadedMap } from '../protocol/index.js';
import type { Tamper } from './tamper.js';

/** See `armable`. */
export interface ArmableDevice extends Device {
  /** From now on the device lies. */
  arm(): void;
}

/** Wraps `honest`; once armed, it tells the given lie in the given layer. */
export function armable(honest: Device, tamper: Tamper): ArmableDevice {
  let armed = false;
  let truthful: LoadedMap | undefined;
  const watched: Device = {
    name: honest.name,
    limits: honest.limits,
    load: async (map, modulus) => {
      truthful = await honest.load(map, modulus);
      return truthful;
    },
    close: () => honest.close(),
  };
  const lying = saboteur(watched, tamper);
  return {
    name: honest.name,
    limits: honest.limits,
    arm: () => {
      armed = true;
    },
    async load(map, modulus) {
      const lie = await lying.load(map, modulus);
      const truth = truthful!;
      return { apply: (x) => (armed ? lie : truth).apply(x), release: () => lie.release() };
    },
    close: () => lying.close(),
  };
}
