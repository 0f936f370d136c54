/** A session: one network's linear maps on one device, with secret challenges and pads, and one state. */
import { aLinearMap, inputLength, type LinearMap, outputLength } from '../reference/linear-map.js';
import type { TrustedArithmetic, TrustedMap } from './arithmetic.js';
import { askDevice } from './ask-device.js';
import { breathe } from './breathe.js';
import { noWrapBound } from './certificate.js';
import type { Device, DeviceLimits, LoadedMap } from './device.js';
import { IntegrityError, PadError, SessionError } from './errors.js';
import { Exchange } from './exchange.js';
import { Challenges } from './freivalds.js';
import { Inference } from './inference.js';
import { type Modulus, smallestModulus } from './modulus.js';
import { MemoryPadStore, makePad, type Pad, type PadSet, type PadStore } from './pads.js';
import { type Parameters, someParameters } from './parameters.js';
import { type Randomness, systemRandomness } from './randomness.js';
import { repetitionsFor, type Soundness, soundness } from './soundness.js';

/** preparing -> ready -> running -> (ready | poisoned); closed from anywhere. */
export type SessionState = 'preparing' | 'ready' | 'running' | 'poisoned' | 'closed';

/** How far a long piece of work is. */
export interface Progress {
  /** Which piece of work. */
  readonly phase: 'challenges' | 'pads' | 'online';
  /** Of `total`. */
  readonly done: number;
  /** Layers, or layers times inferences. */
  readonly total: number;
}

/** What a session needs. Device, arithmetic and randomness are injected. */
export interface SessionOptions {
  /** The untrusted side; closing the session does not close it. */
  readonly device: Device;
  /** The trusted side's arithmetic; it stays the caller's. */
  readonly arithmetic: TrustedArithmetic;
  /** The linear maps, in the order in which an inference uses them. */
  readonly maps: readonly LinearMap[];
  /** Both guarantees and 2^-40 per inference, unless said otherwise. */
  readonly parameters?: Partial<Parameters>;
  /** The operating system's generator unless given; only tests give another. */
  readonly randomness?: Randomness;
  /** Where pads wait; memory unless given. */
  readonly pads?: PadStore;
  /** Called as challenges are folded and pads made. */
  readonly onProgress?: (progress: Progress) => void;
  /** Interrupts opening and preparing between two layers. */
  readonly signal?: AbortSignal;
}

/** One layer of a session: everything but the state is fixed when the session is opened. */
export interface SessionLayer {
  readonly map: LinearMap;
  /** B, from the weights. */
  readonly bound: number;
  readonly loaded: LoadedMap;
  readonly trusted: TrustedMap;
  readonly challenges: Challenges | null;
}

/** See `SessionState`. A reject destroys the challenges and the pads that are left; the session never works again. */
export class Session {
  /** What the session was opened with, defaults filled in. */
  readonly parameters: Parameters;
  /** p, the smallest pad modulus that fits every layer; null when privacy is off and exact integers travel. */
  readonly modulus: Modulus | null;
  /** The error, exact, before anything runs. */
  readonly soundness: Soundness;
  /** As it was given. */
  readonly arithmetic: TrustedArithmetic;
  readonly #device: Device;
  readonly #randomness: Randomness;
  readonly #pads: PadStore;
  readonly #onProgress: (progress: Progress) => void;
  #layers: SessionLayer[] = [];
  #state: SessionState = 'preparing';
  #started = 0;
  #offlineMs = 0;
  readonly #inFlight = new Set<Inference>();
  readonly #exchange: Exchange;

  private constructor(options: SessionOptions, bounds: readonly number[]) {
    this.parameters = someParameters(options.parameters);
    const { integrity, privacy, soundnessBits, maximumInferences } = this.parameters;
    this.modulus = privacy ? smallestModulus(Math.max(...bounds)) : null;
    const repetitions = integrity ? repetitionsFor(soundnessBits, bounds.length) : 0;
    this.soundness = soundness({ layers: bounds.length, repetitions, inferences: maximumInferences });
    this.#device = options.device;
    this.arithmetic = options.arithmetic;
    this.#randomness = options.randomness ?? systemRandomness;
    this.#pads = options.pads ?? new MemoryPadStore();
    this.#onProgress = options.onProgress ?? (() => {});
    const most = (length: (map: LinearMap) => number): number => Math.max(...options.maps.map(length));
    this.#exchange = new Exchange(options.device.limits.sharedMemory === true, {
      messageBytes: most(inputLength) * (privacy ? 4 : 2),
      answerBytes: most(outputLength) * 4,
    });
  }

  /**
   * Loads the maps on the device, draws the challenges and folds them.
   * @throws RangeError when a map does not fit the certificate, DeviceError when the device cannot hold the maps
   */
  static async open(options: SessionOptions): Promise<Session> {
    if (options.maps.length === 0) throw new RangeError('a session needs at least one linear map');
    const bounds = options.maps.map((map) => noWrapBound(aLinearMap(map)));
    const session = new Session(options, bounds);
    try {
      await session.#loadLayers(options.maps, bounds, options.signal);
    } catch (error) {
      session.#destroy('closed');
      throw error;
    }
    session.#state = 'ready';
    return session;
  }

  /** Where the session is; `poisoned` after a reject. */
  get state(): SessionState {
    return this.#state;
  }

  /** How many private inferences are prepared. */
  get prepared(): number {
    return this.#pads.count;
  }

  /** Time spent on challenges and pads so far: the trusted side's offline work. */
  get offlineMs(): number {
    return this.#offlineMs;
  }

  /** What the device can take. */
  get deviceLimits(): DeviceLimits {
    return this.#device.limits;
  }

  /** How many maps there are. */
  get layerCount(): number {
    return this.#layers.length;
  }

  async #loadLayers(maps: readonly LinearMap[], bounds: readonly number[], signal?: AbortSignal): Promise<void> {
    const mode = this.modulus ?? 'integers';
    for (const [index, map] of maps.entries()) {
      signal?.throwIfAborted();
      const loaded = await askDevice(() => this.#device.load(map, mode), this.parameters.deviceTimeoutMs);
      const start = performance.now();
      const trusted = this.arithmetic.load(map);
      const challenges = this.parameters.integrity
        ? Challenges.make(map, trusted, this.soundness.repetitions, this.arithmetic, this.#randomness)
        : null;
      // What is left to do with a map is L(rho), and that only in private sessions.
      if (this.modulus === null) trusted.release();
      else trusted.forgetTranspose();
      this.#layers.push({ map, bound: bounds[index]!, loaded, trusted, challenges });
      this.#offlineMs += performance.now() - start;
      this.#onProgress({ phase: 'challenges', done: index + 1, total: maps.length });
      await breathe();
    }
  }

  /**
   * Makes the pads of `count` more inferences; nothing to do when privacy is off.
   * @throws SessionError when the session is poisoned or closed
   */
  async prepare(count = 1, signal?: AbortSignal): Promise<void> {
    this.#requireUsable();
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`count must be a whole number, not ${count}`);
    if (this.modulus === null) return;
    const total = count * this.#layers.length;
    for (let set = 0; set < count; set++) {
      const pads: Pad[] = [];
      try {
        for (const { map, trusted } of this.#layers) {
          signal?.throwIfAborted();
          const start = performance.now();
          pads.push(makePad(map, trusted, this.modulus, this.arithmetic, this.#randomness));
          this.#offlineMs += performance.now() - start;
          this.#onProgress({ phase: 'pads', done: set * this.#layers.length + pads.length, total });
          await breathe();
          this.#requireUsable();
        }
        await this.#pads.add(pads);
      } catch (error) {
        for (const pad of pads) pad.destroy();
        throw error;
      }
    }
  }

  /**
   * Starts an inference of one image, or of several that go through every layer together, and spends their pads, whatever
   * becomes of them.
   * @throws SessionError when poisoned, closed or at the end of the challenges' lifetime; PadError, before a pad is spent,
   * when there are not enough
   */
  async begin(images = 1): Promise<Inference> {
    this.#requireUsable();
    if (!Number.isSafeInteger(images) || images < 1) throw new RangeError(`images must be at least 1, not ${images}`);
    const { maximumInferences } = this.parameters;
    if (this.#started + images > maximumInferences) {
      throw new SessionError(
        `This session may run ${maximumInferences} inferences and has run ${this.#started}: open a new one.`,
      );
    }
    if (this.modulus !== null && this.#pads.count < images) {
      throw new PadError(
        `${this.#pads.count} pads are left for ${images} images: call prepare() before running privately.`,
      );
    }
    this.#started += images;
    const pads: PadSet[] = [];
    const inference = new Inference(this, {
      images,
      layers: this.#layers,
      pads: this.modulus === null ? null : pads,
      exchange: this.#exchange,
      hooks: {
        end: () => this.#end(inference),
        reject: () => this.#reject(),
        requireUsable: () => this.#requireUsable(),
        progress: (done) => this.#onProgress({ phase: 'online', done, total: this.#layers.length }),
      },
    });
    this.#inFlight.add(inference);
    try {
      // All at once, so that inferences that begin together do not take pads from under each other.
      const wanted = this.modulus === null ? [] : Array.from({ length: images }, () => this.#pads.reserve());
      const sets = await Promise.allSettled(wanted);
      for (const set of sets) if (set.status === 'fulfilled') pads.push(set.value);
      for (const set of sets) if (set.status === 'rejected') throw set.reason;
      this.#requireUsable();
    } catch (error) {
      inference.end();
      // The session may have been destroyed, and this inference ended, while a set was on its way.
      for (const set of pads) for (const pad of set) pad.destroy();
      throw error;
    }
    this.#state = 'running';
    return inference;
  }

  #end(inference: Inference): void {
    this.#inFlight.delete(inference);
    if (this.#state === 'running' && this.#inFlight.size === 0) this.#state = 'ready';
  }

  #reject(): never {
    this.#destroy('poisoned');
    throw new IntegrityError();
  }

  #requireUsable(): void {
    if (this.#state === 'poisoned') {
      throw new SessionError('This session refused a wrong answer before and cannot be used again: open a new one.');
    }
    if (this.#state === 'closed') throw new SessionError('This session is closed.');
  }

  #destroy(state: 'poisoned' | 'closed'): void {
    this.#state = state;
    for (const inference of [...this.#inFlight]) inference.end();
    for (const { challenges, trusted, loaded } of this.#layers) {
      challenges?.destroy();
      trusted.release();
      try {
        loaded.release();
      } catch {
        // The device is not trusted to behave, and there is nothing left that it could spoil.
      }
    }
    this.#layers = [];
    void this.#pads.destroy();
  }

  /** Wipes challenges and pads and frees the device's maps. The device itself belongs to whoever opened it. */
  close(): void {
    if (this.#state === 'closed' || this.#state === 'poisoned') return;
    this.#destroy('closed');
  }
}
