/** One run of one image or of a batch through a session's layers. Each layer once, in any order the graph allows. */
import { inputLength, outputLength } from '../reference/linear-map.js';
import { askLayer } from './ask-layer.js';
import { check, type Unchecked, type Verified } from './check.js';
import { type Costs, noCosts } from './costs.js';
import type { DeviceInput } from './device.js';
import { SessionError } from './errors.js';
import type { Exchange, Place } from './exchange.js';
import { finishedLength } from './finished-length.js';
import type { PadMaterial, PadSet } from './pads.js';
import type { Finish } from './passes.js';
import type { Session, SessionLayer } from './session.js';

/** What an inference may ask of its session. */
export interface SessionHooks {
  end(): void;
  /** Poisons the session and throws. */
  reject(): never;
  /** Throws when the session is poisoned or closed. */
  requireUsable(): void;
  progress(done: number): void;
}

/** What a linear layer gives: verified, or unchecked in a session without integrity. */
export type Released<T = Int32Array> = Verified<T> | Unchecked<T>;

/** What an inference is made of. */
export interface InferenceParts {
  /** How many images run together; their inputs and outputs lie back to back. */
  readonly images: number;
  readonly layers: readonly SessionLayer[];
  /** One set per image; null when privacy is off. */
  readonly pads: readonly PadSet[] | null;
  readonly exchange: Exchange;
  readonly hooks: SessionHooks;
}

/** Made by `Session.begin`. Call `end` when done, also after an error. */
export class Inference {
  /** What this inference cost so far, all its images together. */
  readonly costs: Costs = noCosts();
  /** How many images run together. */
  readonly images: number;
  readonly #session: Session;
  readonly #parts: InferenceParts;
  readonly #used = new Set<number>();
  #ended = false;
  #done = 0;

  constructor(session: Session, parts: InferenceParts) {
    this.images = parts.images;
    this.#session = session;
    this.#parts = parts;
  }

  /**
   * L(x) of layer `index`, computed by the device and checked.
   * @param x |X| centred integers per image inside the map's declared range, in trusted memory, unchanged until this resolves
   * @returns trusted memory; the caller releases it
   * @throws IntegrityError when the answer is wrong (the session is then poisoned); DeviceError when there is no answer;
   * RangeError when x does not fit, before anything was sent
   */
  linear(index: number, x: Int16Array): Promise<Released>;
  /**
   * L(x) of layer `index`, computed by the device and checked, and finished in the same pass.
   * @param x as above
   * @param finish what becomes of L(x)
   * @returns trusted memory; the caller releases it
   * @throws as above
   */
  linear(index: number, x: Int16Array, finish: Finish): Promise<Released<Int16Array | Int32Array>>;
  async linear(index: number, x: Int16Array, finish: Finish | null = null): Promise<Released<Int16Array | Int32Array>> {
    const layer = this.#claimLayer(index, x);
    const { arithmetic, modulus } = this.#session;
    const pads = this.#parts.pads?.map((set) => set[index]!.take()) ?? null;
    const sums = arithmetic.allocate('u32', this.images * (layer.challenges?.repetitions ?? 0));
    const unblinding = pads === null || modulus === null ? null : { u: pads.map(({ u }) => u), modulus, wipe: true };
    let released: Released<Int16Array | Int32Array> | null = null;
    let sent = false;
    try {
      const place = this.#parts.exchange.take(this.images);
      const message = this.#message(x, layer, pads, sums, place);
      sent = true;
      const parts = await askLayer(this.#session, layer, message, place, this.costs);
      this.#requireRunning();
      const arrived = performance.now();
      const { bound, challenges } = layer;
      const outputs = outputLength(layer.map);
      const claim = { outputs, bound, challenges, sums, unblinding, finish };
      const kind = finish === null || finish.requantization === null ? 'i32' : 'i16';
      const out = arithmetic.allocate(kind, finishedLength(finish, outputs) * this.images, 'anything');
      try {
        released = check(parts, claim, out, arithmetic);
        this.#parts.exchange.give(place);
      } finally {
        if (released === null) arithmetic.release(out);
      }
      this.costs.bytesFromDevice += outputs * this.images * 4;
      this.costs.protocolMs += performance.now() - arrived;
    } finally {
      // The passes wipe what they use; after a failure nobody knows how far they came.
      for (const { rho, u } of pads ?? []) {
        arithmetic.release(rho, sent ? 'zeros' : 'wipe');
        arithmetic.release(u, released === null ? 'wipe' : 'zeros');
      }
      arithmetic.release(sums);
    }
    if (released === null) this.#parts.hooks.reject();
    if (layer.challenges !== null) this.costs.verifiedLayers++;
    this.#parts.hooks.progress(++this.#done);
    return released;
  }

  #claimLayer(index: number, x: Int16Array): SessionLayer {
    this.#requireRunning();
    const layer = this.#parts.layers[index];
    if (layer === undefined) throw new RangeError(`there is no layer ${index}`);
    if (this.#used.has(index)) throw new SessionError(`layer ${index} was already run in this inference`);
    if (!(x instanceof Int16Array)) throw new TypeError('x must be an Int16Array');
    const size = inputLength(layer.map) * this.images;
    if (x.length !== size) throw new RangeError(`expected ${size} inputs, got ${x.length}`);
    this.#used.add(index);
    return layer;
  }

  /** What travels: x blinded, or x itself, in memory that the device may see. The bound B holds for the declared range only. */
  #message(
    x: Int16Array,
    layer: SessionLayer,
    pads: readonly PadMaterial[] | null,
    sums: Uint32Array,
    place: Place,
  ): DeviceInput {
    const started = performance.now();
    const { arithmetic, modulus } = this.#session;
    const { challenges } = layer;
    const range = layer.map.inputRange;
    const blinding =
      pads === null || modulus === null ? null : { rho: pads.map(({ rho }) => rho), modulus, wipe: true };
    const message = place.message(blinding === null ? 'i16' : 'u32', x.length);
    const how = { images: this.images, range, blinding };
    const inRange =
      challenges === null
        ? arithmetic.outgoing(x, { ...how, folded: [] }, message, sums)
        : challenges.outgoing(x, how, message, sums);
    if (!inRange) {
      throw new RangeError(`an input lies outside the declared range [${range.minimum}, ${range.maximum}]`);
    }
    this.costs.protocolMs += performance.now() - started;
    return message;
  }

  #requireRunning(): void {
    this.#parts.hooks.requireUsable();
    if (this.#ended) throw new SessionError('This inference has ended.');
  }

  /** Ends the inference and wipes the pads it did not use. Calling it twice is harmless. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const set of this.#parts.pads ?? []) for (const pad of set) pad.destroy();
    this.#parts.hooks.end();
  }
}
