/** A session: one network's linear maps on one device, with secret challenges and pads, and one state. */
import { aSignal, someOptions } from '../boundary/validators.js';
import { aLinearMap, inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import { type Modulus, smallestModulus } from '../model/modulus.js';
import type { TrustedArithmetic } from './arithmetic.js';
import { callLimitMs } from './ask-layer.js';
import { breathe } from './breathe.js';
import { noWrapBound } from './certificate.js';
import type { DeviceLimits } from './device.js';
import { IntegrityError, PadError, SessionError } from './errors.js';
import { Exchange } from './exchange.js';
import { Challenges } from './freivalds.js';
import { type HeldDevice, type HeldMap, holdDevice } from './held-device.js';
import { Inference, type InferenceContext, type SessionLayer } from './inference.js';
import { mapsHash } from './maps-hash.js';
import { MemoryPadStore, type PadStore, tooFewPads } from './pad-store.js';
import { bindingsOf, destroyPads, fits, makePad, type Pad, type PadBinding, type PadSet } from './pads.js';
import { defaultParameters, type Parameters, someParameters } from './parameters.js';
import { processIdentity, SameProcess } from './process-identity.js';
import { type Randomness, systemRandomness } from './randomness.js';
import { healthyRandomness } from './randomness-health.js';
import {
  type Progress,
  requireParts,
  SESSION_OPTIONS,
  type SessionOptions,
  type SessionState,
} from './session-options.js';
import { repetitionsFor, type Soundness, soundness } from './soundness.js';
import { untilAborted } from './until-aborted.js';

const POISONED = 'This session refused a wrong answer before and cannot be used again: open a new one.';
const CLOSED = 'This session is closed.';

/** Stands where no map was loaded. */
const NOT_LOADED: HeldMap = {
  apply() {
    throw new SessionError('This map was never loaded.');
  },
  release: () => {},
};

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
  readonly #device: HeldDevice;
  readonly #randomness: Randomness;
  readonly #process: SameProcess;
  readonly #pads: PadStore;
  readonly #bindings: readonly PadBinding[];
  readonly #onProgress: (progress: Progress) => void;
  #layers: SessionLayer[] = [];
  #state: SessionState = 'preparing';
  #started = 0;
  #offlineMs = 0;
  readonly #inFlight = new Set<Inference>();
  /** Sets of pads that are being made. */
  readonly #making = new Set<Pad[]>();
  /** Fires when the session ends. */
  readonly #over = new AbortController();
  readonly #context: InferenceContext;

  private constructor(
    options: SessionOptions,
    device: HeldDevice,
    parameters: Parameters,
    layers: number,
    bindings: readonly PadBinding[],
  ) {
    const { integrity, privacy, soundnessBits, maximumInferences } = parameters;
    this.parameters = parameters;
    this.modulus = bindings[0]?.modulus ?? null;
    const repetitions = integrity ? repetitionsFor(soundnessBits, layers) : 0;
    this.soundness = soundness({ layers, repetitions, inferences: maximumInferences });
    this.#device = device;
    this.arithmetic = options.arithmetic;
    this.#randomness = healthyRandomness(options.randomness ?? systemRandomness);
    this.#process = new SameProcess(options.identity ?? processIdentity());
    this.#pads = options.pads ?? new MemoryPadStore();
    this.#bindings = bindings;
    this.#onProgress = options.onProgress ?? (() => {});
    const most = (length: (map: LinearMap) => number): number => Math.max(...options.maps.map(length));
    const exchange = new Exchange(device.limits.sharedMemory, {
      messageBytes: most(inputLength) * (privacy ? 4 : 2),
      answerBytes: most(outputLength) * 4,
    });
    this.#context = this.#lent(exchange);
  }

  /** What inferences get of the session. */
  #lent(exchange: Exchange): InferenceContext {
    const layers = (): readonly SessionLayer[] => this.#layers;
    return {
      get layers() {
        return layers();
      },
      arithmetic: this.arithmetic,
      limits: this.#device.limits,
      parameters: this.parameters,
      modulus: this.modulus,
      exchange,
      reject: () => this.#reject(),
      progress: (done) => this.#onProgress({ phase: 'online', done, total: this.#layers.length }),
      ended: (inference) => this.#end(inference),
    };
  }

  /**
   * Holds the device to what it states, draws the challenges and folds them, and loads copies of the maps on the device.
   * @throws RangeError when a map does not fit the certificate; TypeError for an unknown option; RandomnessError when
   * the generator fails its tests; DeviceError when the device cannot hold the maps, takes too long, or states limits that make no sense
   */
  static async open(options: SessionOptions): Promise<Session> {
    const { maps, signal } = someOptions(options, SESSION_OPTIONS, 'Session.open', defaultParameters);
    requireParts(options, 'Session.open');
    if (!Array.isArray(maps)) throw new TypeError('maps must be a list of linear maps');
    if (maps.length === 0) throw new RangeError('a session needs at least one linear map');
    const parameters = someParameters(options.parameters);
    const bounds = maps.map((map) => noWrapBound(aLinearMap(map)));
    const modulus = parameters.privacy ? smallestModulus(Math.max(...bounds)) : null;
    const device = holdDevice(options.device);
    const bindings = modulus === null ? [] : bindingsOf(await mapsHash(maps), maps, modulus);
    const session = new Session(options, device, parameters, maps.length, bindings);
    try {
      await session.#loadLayers(maps, bounds, signal ?? new AbortController().signal);
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

  /** How many private inferences are prepared, as the store of pads says; 0 when privacy is off or the session has ended. */
  async prepared(): Promise<number> {
    if (this.modulus === null || this.#ended() !== null) return 0;
    const left = await untilAborted(this.#pads.count(), this.#over.signal);
    if (!Number.isSafeInteger(left) || left < 0)
      throw new PadError('The store of pads does not say how many it holds.');
    return left;
  }

  /** Time spent on challenges and pads so far: the trusted side's offline work. */
  get offlineMs(): number {
    return this.#offlineMs;
  }

  /** What the device can take, as it said when the session was opened. */
  get deviceLimits(): DeviceLimits {
    return this.#device.limits;
  }

  /** How many maps there are. */
  get layerCount(): number {
    return this.#layers.length;
  }

  /** Everything of the trusted side's own with a map comes first: the device may do to its copy, and say, whatever it wants. */
  async #loadLayers(maps: readonly LinearMap[], bounds: readonly number[], signal: AbortSignal): Promise<void> {
    const mode = this.modulus ?? 'integers';
    let waitedMs = 0;
    for (const [index, map] of maps.entries()) {
      signal.throwIfAborted();
      const start = performance.now();
      const bound = bounds[index]!;
      const trusted = this.arithmetic.load(map);
      // Held from the start, so that it is wiped whatever happens to the rest.
      const layer: { -readonly [K in keyof SessionLayer]: SessionLayer[K] } = {
        map,
        bound,
        trusted,
        challenges: null,
        loaded: NOT_LOADED,
      };
      this.#layers.push(layer);
      const { repetitions } = this.soundness;
      if (this.parameters.integrity) {
        layer.challenges = Challenges.make(map, trusted, repetitions, this.arithmetic, this.#randomness);
      }
      // What is left to do with a map is L(rho), and that only in private sessions.
      if (this.modulus === null) trusted.release();
      else trusted.forgetTranspose();
      const asked = performance.now();
      this.#offlineMs += asked - start;
      const limitMs = callLimitMs(this.parameters, waitedMs);
      layer.loaded = await this.#device.load(map, mode, { limitMs, signal });
      waitedMs += performance.now() - asked;
      this.#onProgress({ phase: 'challenges', done: index + 1, total: maps.length });
      await breathe();
    }
  }

  /**
   * Makes the pads of `count` more inferences; nothing to do when privacy is off.
   * @throws SessionError when the session is poisoned or closed, or its process may be a copy; RandomnessError when the
   * generator fails its tests
   */
  async prepare(count = 1, signal?: AbortSignal): Promise<void> {
    aSignal(signal, 'prepare');
    this.#requireUsable();
    signal?.throwIfAborted();
    this.#requireSameProcess();
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`count must be a whole number, not ${count}`);
    const total = count * this.#bindings.length;
    for (let set = 0; set < count && this.modulus !== null; set++) {
      const pads: Pad[] = [];
      this.#making.add(pads);
      try {
        for (const [layer, binding] of this.#bindings.entries()) {
          signal?.throwIfAborted();
          const start = performance.now();
          pads.push(makePad(binding, this.#layers[layer]!.trusted, this.arithmetic, this.#randomness));
          this.#offlineMs += performance.now() - start;
          this.#onProgress({ phase: 'pads', done: set * this.#bindings.length + pads.length, total });
          await breathe();
          this.#requireUsable();
        }
        await untilAborted(this.#pads.add(pads), signal, this.#over.signal);
        // The session may have ended, and its store been emptied, while this set was on its way there.
        if (this.#ended() !== null) await this.#pads.destroy();
        this.#requireUsable();
      } catch (error) {
        destroyPads([pads]);
        throw error;
      } finally {
        this.#making.delete(pads);
      }
    }
  }

  /**
   * Starts an inference of one image, or of several that go through every layer together, and spends their pads, whatever
   * becomes of them.
   * @param options `signal` ends the inference when it fires: what is waited for rejects at once, with its reason
   * @throws SessionError when poisoned, closed, at the end of the challenges' lifetime, or when its process may be a copy; PadError, before a pad is spent,
   * when there are not enough, or, before anything is sent, when the store's pads were made for something else
   */
  async begin(images = 1, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Inference> {
    const { signal } = someOptions(options, { signal: true }, 'Session.begin');
    this.#requireUsable();
    this.#requireSameProcess();
    signal?.throwIfAborted();
    if (!Number.isSafeInteger(images) || images < 1) throw new RangeError(`images must be at least 1, not ${images}`);
    this.#claimImages(images);
    const pads: PadSet[] = [];
    const inference = new Inference(this.#context, { images, pads: this.modulus === null ? null : pads, signal });
    this.#inFlight.add(inference);
    try {
      if (this.modulus !== null) pads.push(...(await this.#reserve(images, inference)));
      this.#requireUsable();
      signal?.throwIfAborted();
    } catch (error) {
      // The session may have been destroyed, and this inference ended, while the sets were on their way.
      destroyPads(pads);
      inference.end();
      throw error;
    }
    this.#state = 'running';
    return inference;
  }

  /** Counts the images against the lifetime of the challenges. @throws SessionError when that is over */
  #claimImages(images: number): void {
    const { maximumInferences } = this.parameters;
    if (this.#started + images > maximumInferences) {
      throw new SessionError(
        `This session may run ${maximumInferences} inferences and has run ${this.#started}: open a new one.`,
      );
    }
    this.#started += images;
  }

  /** Takes so many sets of pads from the store, all or none. What does not fit this session is destroyed. */
  async #reserve(images: number, { over }: Inference): Promise<readonly PadSet[]> {
    let sets: unknown;
    const reserving = Promise.resolve(this.#pads.reserve(images));
    try {
      sets = await untilAborted(reserving, over);
    } catch (error) {
      this.#started -= images;
      // A store may hand them out when nobody wants them any more.
      reserving.then(destroyPads, () => {});
      throw error;
    }
    const list: readonly unknown[] | null = Array.isArray(sets) ? sets : null;
    if (list?.length === images && list.every((set) => fits(set, this.#bindings))) return list as readonly PadSet[];
    destroyPads(sets);
    if (list !== null && list.length !== images) throw tooFewPads(list.length, images);
    throw new PadError(
      'The store of pads holds pads for another network, layer, modulus or length: they were destroyed. ' +
        'Give every session a store of its own and call prepare().',
    );
  }

  #end(inference: Inference): void {
    this.#inFlight.delete(inference);
    if (this.#state === 'running' && this.#inFlight.size === 0) this.#state = 'ready';
  }

  #reject(): never {
    this.#destroy('poisoned');
    throw new IntegrityError();
  }

  /** Why the session can be used no more, or null. */
  #ended(): SessionError | null {
    if (this.#state === 'poisoned') return new SessionError(POISONED);
    return this.#state === 'closed' ? new SessionError(CLOSED) : null;
  }

  #requireUsable(): void {
    const ended = this.#ended();
    if (ended !== null) throw ended;
  }

  /** Of two copies of a process both would use the same pads, so a session that may be a copy's is closed. */
  #requireSameProcess(): void {
    const suspicion = this.#process.suspicion();
    if (suspicion === null) return;
    this.#destroy('closed');
    throw new SessionError(
      `This session was closed because its process may be a copy: ${suspicion}. Its pads may be used elsewhere too: open a new session.`,
    );
  }

  /** Everything that is secret is wiped before anything of the device is called. */
  #destroy(state: 'poisoned' | 'closed'): void {
    this.#state = state;
    for (const inference of [...this.#inFlight]) inference.end(this.#ended());
    const layers = this.#layers;
    this.#layers = [];
    for (const { challenges, trusted } of layers) {
      challenges?.destroy();
      trusted.release();
    }
    destroyPads([...this.#making]);
    this.#over.abort(this.#ended());
    void this.#emptyStore();
    for (const { loaded } of layers) loaded.release();
  }

  /** A store that fails at it has nobody left to tell, and must not end the process. */
  async #emptyStore(): Promise<void> {
    try {
      await this.#pads.destroy();
    } catch {
      // Its pads can be used by no other session: they are bound to this one's maps, and were never handed out.
    }
  }

  /** Wipes challenges and pads and frees the device's maps. The device itself belongs to whoever opened it. */
  close(): void {
    if (this.#state === 'closed' || this.#state === 'poisoned') return;
    this.#destroy('closed');
  }
}
