/**
 * What surrounds a session in a replay: pads that carry their number in every entry, a device that writes down which pad
 * each message shows and answers when told to, and trusted memory that knows which pads' secrets still exist.
 */
import {
  type Device,
  P24,
  type Randomness,
  referenceArithmetic,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import { withoutHealthTests } from '../../src/protocol/randomness-health.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { type Clock, settle } from './clock.js';
import { type Plain, sorted } from './plain.js';

export const LAYERS = 2;
/** Inputs of one image, the same for every layer. */
export const X = [1, -2, 3] as const;

export const maps: Dense[] = [1, 2].map((factor) => ({
  kind: 'dense',
  inputs: X.length,
  outputs: X.length,
  weights: Int16Array.of(factor, 0, 1, 0, 1, 0, 1, 0, -factor),
  inputRange: { minimum: -9, maximum: 9 },
}));

/** The pads' number of a set and a layer, and back. */
const numberOf = (set: number, layer: number): number => set * LAYERS + layer;
const padOf = (number: number): Plain => [Math.floor(number / LAYERS), number % LAYERS];

/** A message that is with the device. */
export interface Request {
  readonly timer: object | undefined;
  readonly message: Uint32Array;
  readonly honest: Promise<Int32Array | Uint32Array>;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class World {
  /** How often each pad was seen on the wire, over all processes. */
  readonly uses = new Map<string, number>();
  loads = true;
  /** The newest pad set. */
  made = 0;
  #drawn = 0;
  #numbered = false;
  #latest: Request | undefined;
  readonly #clock: Clock;
  readonly #secrets = new Map<Uint32Array, Plain>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next bytes are a new pad set; before the first one they are challenges. */
  nextSet(): void {
    this.#numbered = true;
    this.#drawn = 0;
  }

  /** Numbers instead of noise, which the tests of the generator would refuse. */
  readonly randomness: Randomness = withoutHealthTests({
    fill: (bytes) => {
      if (!this.#numbered) return seededRandomness(this.made).fill(bytes);
      if (this.#drawn === 0) this.made++;
      const number = numberOf(this.made, this.#drawn++);
      for (let at = 0; at < bytes.length; at++) bytes[at] = at % 3 === 0 ? number : 0;
    },
  });

  /** The pads whose secret exists, whole or in part: memory that once held it and is not zero. */
  held(except: number): Plain[] {
    const kept = [...this.#secrets].filter(([array]) => array.some((entry) => entry !== 0));
    const pads = [...new Set(kept.map(([, pad]) => JSON.stringify(pad)))];
    return sorted(pads.map((pad) => JSON.parse(pad) as [number, number]).filter(([set]) => set !== except));
  }

  arithmetic(): TrustedArithmetic {
    const inner = referenceArithmetic();
    return {
      ...inner,
      load: (map) => {
        const loaded = inner.load(map);
        const applyModulo: typeof loaded.applyModulo = (rho, modulus, u) => {
          loaded.applyModulo(rho, modulus, u);
          for (const secret of [rho, u]) this.#secrets.set(secret, padOf(rho[0]!));
        };
        return { ...loaded, applyModulo };
      },
    };
  }

  device(): Device {
    const honest = referenceDevice();
    return {
      ...honest,
      load: async (map, modulus) => {
        if (!this.loads) throw new Error('no room');
        const loaded = await honest.load(map, modulus);
        const apply = (x: Int16Array | Uint32Array): Promise<never> =>
          new Promise((resolve, reject) => {
            const message = Uint32Array.from(x);
            this.#writeDown(message);
            const request = { timer: this.#clock.newest, message, honest: loaded.apply(message), reject };
            this.#latest = { ...request, resolve: (answer) => resolve(answer as never) };
          });
        return { apply, release: () => loaded.release() };
      },
    };
  }

  /** Which pads a message shows, since its inputs are known. */
  #writeDown(message: Uint32Array): void {
    for (let start = 0; start < message.length; start += X.length) {
      const numbers = X.map((x, at) => (message[start + at]! - x + P24) % P24);
      const pad = new Set(numbers).size === 1 ? JSON.stringify(padOf(numbers[0]!)) : 'a message without a pad';
      this.uses.set(pad, (this.uses.get(pad) ?? 0) + 1);
    }
  }

  /** The message that was sent last, if there is one that nobody took yet. */
  takeRequest(): Request | undefined {
    const request = this.#latest;
    this.#latest = undefined;
    return request;
  }

  /** The process ended: its memory is gone, and the next bytes are challenges again. */
  async forget(): Promise<void> {
    await settle();
    this.#secrets.clear();
    this.#numbered = false;
    this.#clock.forget();
  }
}
