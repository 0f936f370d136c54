/** One-time pads: made offline, kept secret, good for one layer of one network, used at most once whatever happens. */
import { inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import type { Modulus } from '../model/modulus.js';
import type { TrustedArithmetic, TrustedMap } from './arithmetic.js';
import { PadError } from './errors.js';
import type { Randomness } from './randomness.js';
import { sampleResidues } from './sampling.js';

/** What a pad was made for. Nothing in it is secret; it is stored beside the pad, and compared before the pad is used. */
export interface PadBinding {
  /** What the maps of the session are, see `mapsHash`: 64 hexadecimal digits. */
  readonly network: string;
  /** The layer's number in the session, from 0. */
  readonly layer: number;
  /** p. */
  readonly modulus: Modulus;
  /** |X|. */
  readonly inputs: number;
  /** |Y|. */
  readonly outputs: number;
}

/** The secret of one layer of one inference: rho uniform over Z_p^|X|, u = L(rho) mod p. */
export interface PadMaterial {
  /** |X| residues below p. */
  readonly rho: Uint32Array;
  /** |Y| residues: L(rho) mod p. */
  readonly u: Uint32Array;
}

/** How a pad's memory is wiped and given back; filling it with zeros unless it came from an arithmetic. */
export type Release = (array: Uint32Array) => void;

const fillWithZeros: Release = (array) => void array.fill(0);

/** A pad that can be taken once. Taking it marks it spent before anything is done with it. */
export class Pad {
  /** What it was made for. */
  readonly binding: PadBinding;
  #material: PadMaterial | null;
  readonly #release: Release;

  /**
   * @param binding what it was made for
   * @param material its secret, from here on the pad's own
   * @param release wipes one of the two arrays and gives its memory back
   * @throws PadError when the arrays do not have the binding's lengths
   */
  constructor(binding: PadBinding, material: PadMaterial, release: Release = fillWithZeros) {
    this.binding = Object.freeze({ ...binding });
    this.#material = material;
    this.#release = release;
    if (material.rho.length === binding.inputs && material.u.length === binding.outputs) return;
    this.destroy();
    throw new PadError('This pad is not as long as its binding says: it was destroyed. Make new ones with prepare().');
  }

  /** True for what this class made, whatever it looks like. */
  static is(value: unknown): value is Pad {
    return typeof value === 'object' && value !== null && #material in value;
  }

  /**
   * The material; whoever takes it wipes it as soon as it was used.
   * @throws PadError the second time.
   */
  take(): PadMaterial {
    const material = this.#material;
    if (material === null) throw new PadError('This pad was already used; a pad is never used twice.');
    this.#material = null;
    return material;
  }

  /** Wipes the pad if it was not taken. */
  destroy(): void {
    if (this.#material === null) return;
    const { rho, u } = this.take();
    this.#release(rho);
    this.#release(u);
  }
}

/** The pads of one inference, one per linear layer, in order. */
export type PadSet = readonly Pad[];

/** Wipes what is left of the sets; what is no pad, as a store may give, is passed over. */
export function destroyPads(sets: unknown): void {
  if (!Array.isArray(sets)) return;
  for (const set of sets) {
    if (Array.isArray(set)) for (const pad of set) if (Pad.is(pad)) pad.destroy();
  }
}

/** True if the set is one, and has exactly one pad for each binding, in their order, made for just that. */
export function fits(set: unknown, bindings: readonly PadBinding[]): set is PadSet {
  return (
    Array.isArray(set) &&
    set.every((pad) => Pad.is(pad)) &&
    set.length === bindings.length &&
    bindings.every((wanted, layer) => {
      const { network, layer: number, modulus, inputs, outputs } = set[layer]!.binding;
      return (
        network === wanted.network &&
        number === wanted.layer &&
        modulus === wanted.modulus &&
        inputs === wanted.inputs &&
        outputs === wanted.outputs
      );
    })
  );
}

/** The bindings of a session's pads, one per layer. */
export function bindingsOf(network: string, maps: readonly LinearMap[], modulus: Modulus): PadBinding[] {
  return maps.map((map, layer) => ({
    network,
    layer,
    modulus,
    inputs: inputLength(map),
    outputs: outputLength(map),
  }));
}

/** Makes the pad of one layer: rho by rejection sampling, u = L(rho) mod p on the trusted side. */
export function makePad(
  binding: PadBinding,
  trusted: TrustedMap,
  arithmetic: TrustedArithmetic,
  randomness: Randomness,
): Pad {
  const { inputs, outputs, modulus } = binding;
  const rho = arithmetic.allocate('u32', inputs, 'anything');
  const u = arithmetic.allocate('u32', outputs, 'anything');
  const pad = new Pad(binding, { rho, u }, (array) => arithmetic.release(array));
  try {
    sampleResidues(randomness, modulus, rho, arithmetic);
    trusted.applyModulo(rho, modulus, u);
    return pad;
  } catch (error) {
    pad.destroy();
    throw error;
  }
}
