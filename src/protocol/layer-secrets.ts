/** What one layer of one inference holds while its message is with the device. */

import type { Modulus } from '../model/modulus.js';
import type { TrustedArithmetic } from './arithmetic.js';
import { PadError } from './errors.js';
import type { PadMaterial, PadSet } from './pads.js';
import type { Blinding, Unblinding } from './passes.js';

/** Whose secrets these are. */
export interface SecretsOf {
  /** The layer's number in the session. */
  readonly layer: number;
  readonly images: number;
  /** k; 0 when nothing is checked. */
  readonly repetitions: number;
  /** p; null when exact integers travel. */
  readonly modulus: Modulus | null;
  /** One set per image; null when exact integers travel. */
  readonly pads: readonly PadSet[] | null;
}

/** The pads of the layer, one per image, and the sums over its inputs. Whoever makes them disposes of them, whatever happened. */
export class LayerSecrets {
  /** <folded_t, x_i>: k numbers per image. */
  readonly sums: Uint32Array;
  /** What blinds the inputs; null when the device sees x itself. */
  readonly blinding: Blinding | null = null;
  /** What unblinds the answers; null when the device saw x itself. */
  readonly unblinding: Unblinding | null = null;
  readonly #arithmetic: TrustedArithmetic;
  readonly #pads: PadMaterial[] = [];
  #left: 'everything' | 'u and sums' | 'nothing' = 'everything';

  /**
   * Takes the layer's pads; from here on they are spent.
   * @throws PadError when there is not one unused pad per image although a modulus is set: then nothing may be sent
   */
  constructor({ layer, images, repetitions, modulus, pads }: SecretsOf, arithmetic: TrustedArithmetic) {
    this.#arithmetic = arithmetic;
    this.sums = arithmetic.allocate('u32', images * repetitions);
    if (modulus === null) return;
    try {
      if (pads?.length !== images) throw new PadError('There is no pad for every image: nothing was sent.');
      for (const set of pads) this.#pads.push(set[layer]!.take());
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.blinding = { rho: this.#pads.map(({ rho }) => rho), modulus, wipe: true };
    this.unblinding = { u: this.#pads.map(({ u }) => u), modulus, wipe: true };
  }

  /** The pass that writes the message came to its end: it wiped rho behind itself. */
  sent(): void {
    if (this.#left !== 'everything') return;
    this.#left = 'u and sums';
    for (const { rho } of this.#pads) this.#arithmetic.release(rho, 'zeros');
  }

  /**
   * Wipes what is left and gives it back. Calling it twice is harmless.
   * @param u `zeros` if the pass that reads the answer came to its end: it wiped u behind itself
   */
  dispose(u: 'wipe' | 'zeros' = 'wipe'): void {
    const left = this.#left;
    this.#left = 'nothing';
    if (left === 'nothing') return;
    for (const pad of this.#pads) {
      if (left === 'everything') this.#arithmetic.release(pad.rho);
      this.#arithmetic.release(pad.u, u);
    }
    this.#arithmetic.release(this.sums);
  }
}
