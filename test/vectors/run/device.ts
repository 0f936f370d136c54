/** An untrusted device against the linear maps: exact, or it is no device. */
import { type Device, M31, type Modulus, P24 } from '../../../src/protocol/index.js';
import { mapOf } from '../generate/maps.js';
import { differing, type Falsehoods } from './judge.js';

/** The falsehoods a device sees; it knows nothing of transposes and bounds, so tests about those are left out. */
export function withDevice(device: Device): Falsehoods<'linear'> {
  return async ({ map: vector }, test) => {
    const { x, y, modular, result, flags } = test;
    if (result === 'reject' && !flags.includes('y') && !flags.includes('modular')) return null;
    const ask = async (modulus: Modulus | 'integers', input: Int16Array | Uint32Array): Promise<number[]> => {
      const loaded = await device.load(mapOf(vector), modulus);
      try {
        return [...(await loaded.apply(input))];
      } finally {
        loaded.release();
      }
    };
    const found = differing({ y: [y, await ask('integers', Int16Array.from(x))] });
    for (const { p, x: residues, y: claimed } of modular) {
      const modulus = [P24, M31].find((known): known is Modulus => known === p)!;
      found.push(...differing({ modular: [claimed, await ask(modulus, Uint32Array.from(residues))] }));
    }
    return found;
  };
}
