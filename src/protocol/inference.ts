/** One run of one image or of a batch through a session's layers. Each layer once, in any order the graph allows. */
import { inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import type { Modulus } from '../model/modulus.js';
import type { TrustedArithmetic, TrustedMap } from './arithmetic.js';
import { WaitingTime } from './ask-device.js';
import { askLayer } from './ask-layer.js';
import { check, type Part, type Unchecked, type Verified } from './check.js';
import { type Costs, noCosts } from './costs.js';
import type { DeviceInput, DeviceLimits } from './device.js';
import { SessionError } from './errors.js';
import type { Exchange, Place } from './exchange.js';
import type { Challenges } from './freivalds.js';
import type { HeldMap } from './held-device.js';
import { LayerSecrets } from './layer-secrets.js';
import { destroyPads, type PadSet } from './pads.js';
import type { Parameters } from './parameters.js';
import type { Finish } from './passes.js';
import { finishedLength } from './passes.js';

/** One layer of a session: everything about it is fixed when the session is opened. */
export interface SessionLayer {
  readonly map: LinearMap;
  /** B, from the weights. */
  readonly bound: number;
  readonly loaded: HeldMap;
  readonly trusted: TrustedMap;
  readonly challenges: Challenges | null;
}

/** What a session lends to its inferences, one object for all of them, as long as the session lives. */
export interface InferenceContext {
  /** Empty once the session has ended. */
  readonly layers: readonly SessionLayer[];
  readonly arithmetic: TrustedArithmetic;
  readonly limits: Required<DeviceLimits>;
  readonly parameters: Parameters;
  /** p; null when exact integers travel. */
  readonly modulus: Modulus | null;
  readonly exchange: Exchange;
  /** Poisons the session and throws. */
  reject(): never;
  /** So many layers of an inference are done. */
  progress(done: number): void;
  /** The inference is over: nothing of it is held any more. */
  ended(inference: Inference): void;
}

/** What a linear layer gives: verified, or unchecked in a session without integrity. */
export type Released<T = Int32Array> = Verified<T> | Unchecked<T>;

/** What an inference has of its own. */
export interface InferenceParts {
  /** How many images run together; their inputs and outputs lie back to back. */
  readonly images: number;
  /** One set per image, filled before the first layer is asked for; null when exact integers travel. */
  readonly pads: readonly PadSet[] | null;
  /** Ends the inference, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Made by `Session.begin`. Call `end` when done, also after an error. */
export class Inference {
  /** What this inference cost so far, all its images together. */
  readonly costs: Costs = noCosts();
  /** How many images run together. */
  readonly images: number;
  readonly #context: InferenceContext;
  readonly #pads: readonly PadSet[] | null;
  readonly #signal: AbortSignal | undefined;
  readonly #used = new Set<number>();
  /** Secrets of layers that are with the device. */
  readonly #held = new Set<LayerSecrets>();
  /** Aborted when the inference ends; the reason is what later calls throw. */
  readonly #over = new AbortController();
  readonly #abort: () => void;
  readonly #waiting = new WaitingTime();
  #done = 0;

  constructor(context: InferenceContext, { images, pads, signal }: InferenceParts) {
    this.images = images;
    this.#context = context;
    this.#pads = pads;
    this.#signal = signal;
    this.#abort = () => this.end(signal?.reason);
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Fires when the inference ends, with what later calls throw. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * L(x) of layer `index`, computed by the device and checked.
   * @param x |X| centred integers per image inside the map's declared range, in trusted memory, unchanged until this resolves
   * @returns trusted memory; the caller releases it
   * @throws IntegrityError when the answer is wrong (the session is then poisoned); DeviceError when there is no answer;
   * RangeError when x does not fit, before anything was sent; SessionError, at once, when the inference ended, for itself or
   * with its session; the signal's reason, at once, when that fired
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
    const { arithmetic, modulus, exchange, limits, parameters } = this.#context;
    const repetitions = layer.challenges?.repetitions ?? 0;
    const of = { layer: index, images: this.images, repetitions, modulus, pads: this.#pads };
    const secrets = new LayerSecrets(of, arithmetic);
    this.#held.add(secrets);
    let released: Released<Int16Array | Int32Array> | null = null;
    try {
      const place = exchange.take(this.images);
      const message = this.#message(x, layer, secrets, place);
      const waiting = this.#waiting;
      const question = { map: layer.map, loaded: layer.loaded, limits, parameters, waiting, signal: this.over };
      const parts = await askLayer(question, message, place, this.costs);
      this.#requireRunning();
      released = this.#judge(parts, layer, secrets, finish);
      exchange.give(place);
    } finally {
      this.#held.delete(secrets);
      // The pass wipes what it uses; after a failure nobody knows how far it came.
      secrets.dispose(released === null ? 'wipe' : 'zeros');
    }
    if (released === null) return this.#context.reject();
    if (layer.challenges !== null) this.costs.verifiedLayers++;
    try {
      this.#context.progress(++this.#done);
    } catch (error) {
      // Progress is the caller's code; it may stop a run by throwing.
      arithmetic.release(released.value);
      throw error;
    }
    return released;
  }

  #claimLayer(index: number, x: Int16Array): SessionLayer {
    this.#requireRunning();
    const layer = Number.isSafeInteger(index) ? this.#context.layers[index] : undefined;
    if (layer === undefined) throw new RangeError(`there is no layer ${String(index)}`);
    if (this.#used.has(index)) throw new SessionError(`layer ${index} was already run in this inference`);
    if (!(x instanceof Int16Array)) throw new TypeError('x must be an Int16Array');
    const size = inputLength(layer.map) * this.images;
    if (x.length !== size) throw new RangeError(`expected ${size} inputs, got ${x.length}`);
    this.#used.add(index);
    return layer;
  }

  /** What travels: x blinded, or x itself, in memory that the device may see. The bound B holds for the declared range only. */
  #message(x: Int16Array, layer: SessionLayer, secrets: LayerSecrets, place: Place): DeviceInput {
    const started = performance.now();
    const { sums, blinding } = secrets;
    const { challenges } = layer;
    const range = layer.map.inputRange;
    const message = place.message(blinding === null ? 'i16' : 'u32', x.length);
    const how = { images: this.images, range, blinding };
    const inRange =
      challenges === null
        ? this.#context.arithmetic.outgoing(x, { ...how, folded: [] }, message, sums)
        : challenges.outgoing(x, how, message, sums);
    secrets.sent();
    if (!inRange) {
      throw new RangeError(`an input lies outside the declared range [${range.minimum}, ${range.maximum}]`);
    }
    this.costs.protocolMs += performance.now() - started;
    return message;
  }

  /** The verdict; null is a reject, and what was written for the result is wiped. */
  #judge(
    parts: readonly Part[],
    { map, bound, challenges }: SessionLayer,
    { sums, unblinding }: LayerSecrets,
    finish: Finish | null,
  ): Released<Int16Array | Int32Array> | null {
    const started = performance.now();
    const { images, costs } = this;
    const { arithmetic } = this.#context;
    const outputs = outputLength(map);
    const kind = finish === null || finish.requantization === null ? 'i32' : 'i16';
    const out = arithmetic.allocate(kind, finishedLength(finish, outputs) * images, 'anything');
    let released: Released<Int16Array | Int32Array> | null = null;
    try {
      released = check(parts, { images, outputs, bound, challenges, sums, unblinding, finish }, out, arithmetic);
    } finally {
      if (released === null) arithmetic.release(out);
    }
    costs.bytesFromDevice += outputs * images * 4;
    costs.protocolMs += performance.now() - started;
    return released;
  }

  #requireRunning(): void {
    this.#over.signal.throwIfAborted();
  }

  /**
   * Ends the inference: its secrets are wiped, and what is waited for rejects at once. Calling it twice is harmless.
   * @param reason what is waited for rejects with it, and later calls throw it; a SessionError unless given
   */
  end(reason: unknown = new SessionError('This inference has ended.')): void {
    if (this.#over.signal.aborted) return;
    for (const secrets of this.#held) secrets.dispose();
    this.#held.clear();
    if (this.#pads !== null) destroyPads(this.#pads);
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#over.abort(reason);
    this.#context.ended(this);
  }
}
