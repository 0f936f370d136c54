/** A dishonest device, to show that it is caught: any device, with one layer that lies. */
import type { Device, DeviceOutput, LoadedMap } from '../../protocol/device.js';
import { type LinearMap, outputChannels } from '../../reference/linear-map.js';
import { someOptions } from '../validators.js';
import { LIES } from './lies.js';
import type { Mode } from './wasm/messages.js';

/** A kind of sabotage; see `SABOTAGES`. */
export type Sabotage = keyof typeof LIES | 'throws' | 'hangs';

/**
 * Every kind, what it answers instead of the truth:
 * `one` one entry plus one, still canonical · `swap` two output channels exchanged at every pixel · `swap-rows` two output
 * pixels exchanged · `zero` zeros (ones if the truth is zero) · `replay` this map's previous answer · `other-layer` another
 * map's answer · `adaptive` the truth at first, then an entry off by one where and how earlier answers decide ·
 * `noncanonical` one residue plus p · `short`, `long` one entry less or more · `wrong-type`, `nan` floats · `throws` an
 * error · `hangs` nothing ever.
 */
export const SABOTAGES: readonly Sabotage[] = [...(Object.keys(LIES) as (keyof typeof LIES)[]), 'throws', 'hangs'];

/** Who lies, and how. */
export interface SaboteurOptions {
  /** The map that lies, counted from 0 in the order of `load`. */
  readonly layer: number;
  /** Which lie; `one` adds 1 to a single number. */
  readonly kind: Sabotage;
}

/** What the device remembers of all its maps: the last honest answer of each, by order of `load`. */
type Memory = Map<number, DeviceOutput>;

class Liar implements LoadedMap {
  readonly #honest: LoadedMap;
  readonly #memory: Memory;
  readonly #index: number;
  readonly #kind: Sabotage | null;
  readonly #mode: Mode;
  readonly #channels: number;
  #calls = 0;

  constructor(honest: LoadedMap, memory: Memory, index: number, kind: Sabotage | null, map: LinearMap, mode: Mode) {
    this.#honest = honest;
    this.#memory = memory;
    this.#index = index;
    this.#kind = kind;
    this.#mode = mode;
    this.#channels = outputChannels(map);
  }

  async apply(x: Int16Array | Uint32Array): Promise<DeviceOutput> {
    if (this.#kind === 'throws') throw new Error('sabotage');
    if (this.#kind === 'hangs') return new Promise(() => {});
    const y = await this.#honest.apply(x);
    const calls = this.#calls++;
    const previous = this.#memory.get(this.#index);
    this.#memory.delete(this.#index);
    const other = [...this.#memory.values()].at(-1);
    this.#memory.set(this.#index, y.slice());
    if (this.#kind === null) return y;
    const situation = { mode: this.#mode, channels: this.#channels, calls, previous, other };
    // A lie need not be of the promised type; the point is that nobody may rely on the promise.
    return LIES[this.#kind](y, situation) as DeviceOutput;
  }

  release(): void {
    this.#honest.release();
  }
}

/**
 * Wraps a device so that one of its maps gives wrong answers. Never use it for anything but tests and demonstrations.
 * @throws TypeError for an unknown kind; RangeError when `layer` is not a whole number
 * @example
 * const device = saboteur(await wasmDevice(), { layer: 0, kind: 'one' });
 */
export function saboteur(device: Device, options: SaboteurOptions): Device {
  const { layer, kind } = someOptions(options, { layer: true, kind: true }, 'saboteur');
  if (!SABOTAGES.includes(kind)) throw new TypeError(`kind must be one of ${SABOTAGES.join(', ')}, not ${kind}`);
  if (!Number.isSafeInteger(layer) || layer < 0) throw new RangeError(`layer must be a whole number, not ${layer}`);
  const memory: Memory = new Map();
  let loads = 0;
  return {
    name: `${device.name} (sabotaged)`,
    limits: device.limits,
    async load(map, mode) {
      const index = loads++;
      const honest = await device.load(map, mode);
      return new Liar(honest, memory, index, index === layer ? kind : null, map, mode);
    },
    close: () => device.close(),
  };
}
