/** Running a quantized network on an untrusted device. */

import { someOptions } from '../boundary/validators.js';
import { networkHash } from '../canonical/network-hash.js';
import { inputLength } from '../model/linear-map.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { Tensor } from '../model/tensor.js';
import { certify } from '../operations/certificate.js';
import { linearOperations } from '../operations/graph.js';
import { breathe } from '../protocol/breathe.js';
import {
  addCosts,
  type Costs,
  type Device,
  defaultParameters,
  type Inference,
  type Modulus,
  noCosts,
  type PadStore,
  type Parameters,
  type ProcessIdentity,
  type Progress,
  type Randomness,
  Session,
  SessionError,
  type SessionState,
  type Soundness,
  someParameters,
  soundness,
  type TrustedArithmetic,
} from '../protocol/index.js';
import { requireParts, type SessionOptions } from '../protocol/session-options.js';
import { untilAborted } from '../protocol/until-aborted.js';
import { InsideLayers } from './inside-layers.js';
import { type LayerRun, recorded } from './layer-run.js';
import type { Plan } from './planner/plan.js';
import { choosePlan, type PlanChoice } from './planner/plan-choice.js';
import { type StreamOptions, streamInOrder } from './stream.js';
import { type RunLinear, walk } from './walk.js';

/** What a network session needs. */
export interface NetworkSessionOptions {
  /** Certified when the session is opened. */
  readonly network: QuantizedNetwork;
  /** The untrusted side; it stays yours: closing the session does not close it. Null: the trusted side computes everything. */
  readonly device: Device | null;
  /** The trusted side's arithmetic. It stays yours too. */
  readonly arithmetic: TrustedArithmetic;
  /**
   * Which linear layers the device gets: `'auto'` (the default) measures this machine and keeps those inside that are
   * cheaper to compute than to check, see `planNetwork`; `'all'` outsources every one; a plan decides by itself. The output is
   * the same, and so is the guarantee.
   */
  readonly plan?: PlanChoice;
  /** Both guarantees and 2^-40 per inference, unless you say otherwise. */
  readonly parameters?: Partial<Parameters>;
  /** The operating system's generator unless given; only tests give another. */
  readonly randomness?: Randomness;
  /** Tells this process from its copies; what the system shows unless given. */
  readonly identity?: ProcessIdentity;
  /** Where pads wait; memory unless given. */
  readonly pads?: PadStore;
  /** Called as challenges are folded, pads made and layers run. */
  readonly onProgress?: (progress: Progress) => void;
  /** Interrupts opening and preparing between two layers. */
  readonly signal?: AbortSignal;
}

const OPTIONS = {
  network: true,
  device: true,
  arithmetic: true,
  plan: true,
  parameters: true,
  randomness: true,
  identity: true,
  pads: true,
  onProgress: true,
  signal: true,
} as const satisfies { readonly [K in keyof NetworkSessionOptions]-?: true };

/** How a run may be interrupted. */
export interface RunOptions {
  /**
   * Ends the run when it fires: the promise rejects at once with the signal's reason, whatever the device does. What was
   * prepared for the run is spent; the session goes on.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Layers computed inside keep the thread busy; a signal gets its turn this often. */
const BREATH_MS = 50;

/** One output of a run. */
export interface Output {
  /** What the values stand for. */
  readonly tensor: Tensor;
  /** Centred integers: the real number is scale * value. */
  readonly values: Int16Array | Int32Array;
}

/** What a run cost: of one image, or of all images of a batch together. */
export interface RunCosts {
  /** Of this run alone. */
  readonly costs: Costs;
  /** The linear layers, one after another, as they were run. */
  readonly layers: readonly LayerRun[];
  /** From the start of the run to its result. */
  readonly onlineMs: number;
  /** Online time that was not spent waiting for the device. */
  readonly trustedMs: number;
}

/** A finished run: every number in it passed the check, or was computed by the trusted side, or integrity was off. */
export interface RunResult extends RunCosts {
  /** One per output of the network, in its order. */
  readonly outputs: readonly Output[];
}

/** A finished run of several images. */
export interface BatchResult extends RunCosts {
  /** The outputs of each image, in the order of the inputs. */
  readonly images: readonly (readonly Output[])[];
}

/** A quantized network, its outsourced linear layers on an untrusted device, everything else here. */
export class NetworkSession {
  /** The network as it was given. */
  readonly network: QuantizedNetwork;
  /** Which layers the device got, and why. */
  readonly plan: Plan;
  /** What the session was opened with, defaults filled in. */
  readonly parameters: Parameters;
  /** The error, exact, before anything runs; over outsourced layers only. */
  readonly soundness: Soundness;
  /** What all runs so far cost. */
  readonly costs: Costs = noCosts();
  /** The part of each linear layer in it, without the trusted operations between layers. */
  readonly layerCosts: readonly Costs[];
  readonly #session: Session | null;
  readonly #arithmetic: TrustedArithmetic;
  readonly #inside: InsideLayers;
  readonly #insideMs: number;
  /** The number that an outsourced layer has in the session. */
  readonly #numbers: ReadonlyMap<number, number>;
  #closed = false;
  /** Resolves when nobody is counting, making and reserving pads for a stream. */
  #supplying: Promise<void> = Promise.resolve();

  private constructor(options: NetworkSessionOptions, plan: Plan, session: Session | null) {
    const layers = linearOperations(options.network);
    this.network = options.network;
    this.layerCosts = layers.map(() => noCosts());
    this.plan = plan;
    this.#session = session;
    this.#arithmetic = options.arithmetic;
    this.parameters = session?.parameters ?? someParameters(options.parameters);
    this.soundness = session?.soundness ?? soundness({ layers: 0, repetitions: 0, inferences: 1 });
    const numbered = [...layers.keys()].filter((index) => plan.outsourced[index]);
    this.#numbers = new Map(numbered.map((index, number) => [index, number]));
    const rest = [...layers.keys()].filter((index) => !plan.outsourced[index]);
    this.#inside = new InsideLayers(options.arithmetic, layers, rest);
    const started = performance.now();
    this.#inside.warmUp(layers);
    this.#insideMs = performance.now() - started;
  }

  /**
   * Certifies the network, decides which layers to outsource, loads them on the device, and folds secret challenges.
   * @throws ModelError when the network is not well formed or can wrap; DeviceError when the device cannot hold it;
   * or states what makes no sense; RangeError or TypeError when the plan does not fit the network, or an option does not exist
   */
  static async open(options: NetworkSessionOptions): Promise<NetworkSession> {
    const {
      network,
      device,
      plan: _,
      ...rest
    } = someOptions(options, OPTIONS, 'NetworkSession.open', defaultParameters);
    requireParts({ ...rest, device: device === null ? {} : device } as SessionOptions, 'NetworkSession.open');
    if (!Array.isArray(Object(network).operations) || !Array.isArray(Object(network).tensors)) {
      throw new TypeError('NetworkSession.open needs a quantized network, as loadModel or an importer gives it');
    }
    certify(network);
    options.signal?.throwIfAborted();
    const plan = choosePlan(options);
    const maps = linearOperations(network)
      .filter((_, index) => plan.outsourced[index])
      .map(({ map }) => map);
    const session = device === null || maps.length === 0 ? null : await Session.open({ ...rest, device, maps });
    try {
      return new NetworkSession(options, plan, session);
    } catch (error) {
      session?.close();
      throw error;
    }
  }

  /** Which network this is: see `networkHash`. Computed when it is first asked for. */
  get networkHash(): string {
    return networkHash(this.network);
  }

  /** Where the session is; `poisoned` after a reject. */
  get state(): SessionState {
    return this.#session?.state ?? (this.#closed ? 'closed' : 'ready');
  }

  /** p, or null when privacy is off or nothing is outsourced. */
  get modulus(): Modulus | null {
    return this.#session?.modulus ?? null;
  }

  /** Linear layers of the network. */
  get layerCount(): number {
    return this.plan.outsourced.length;
  }

  /** Linear layers that the device computes. */
  get outsourcedCount(): number {
    return this.#numbers.size;
  }

  /** How many private inferences are prepared, as the store of pads says; 0 when privacy is off. */
  async prepared(): Promise<number> {
    return (await this.#session?.prepared()) ?? 0;
  }

  /** The trusted side's offline work so far: inside layers made ready, challenges folded, pads made. */
  get offlineMs(): number {
    return this.#insideMs + (this.#session?.offlineMs ?? 0);
  }

  /** Makes pads for `count` more private inferences (offline work; it does not need the input, and runs may go on meanwhile). */
  async prepare(count = 1, signal?: AbortSignal): Promise<void> {
    this.#requireOpen();
    try {
      await this.#session?.prepare(count, signal);
    } finally {
      this.#wipeIfOver();
    }
  }

  /**
   * Runs the network on one input, or on several that go through every layer together.
   * @param input centred integers of the input tensor, row-major; or a list of such inputs
   * @param options how it may be interrupted
   * @throws IntegrityError when the device lied (the session is then of no more use); PadError when too little was prepared;
   * DeviceError when the device failed or took too long; SessionError, at once, when the session ends meanwhile; the signal's
   * reason when that fires; RangeError when an input does not fit; TypeError for an option that does not exist
   */
  run(input: Int16Array, options?: RunOptions): Promise<RunResult>;
  run(inputs: readonly Int16Array[], options?: RunOptions): Promise<BatchResult>;
  async run(input: Int16Array | readonly Int16Array[], options: RunOptions = {}): Promise<RunResult | BatchResult> {
    const { signal } = someOptions(options, { signal: true }, 'run');
    if (Array.isArray(input)) return this.#runAll(input, signal);
    const { images, ...costs } = await this.#runAll([input as Int16Array], signal);
    return { outputs: images[0]!, ...costs };
  }

  #requireOpen(): void {
    if (this.#closed) throw new SessionError('This session is closed.');
  }

  async #begin(images: number, signal?: AbortSignal): Promise<Inference | null> {
    try {
      return (await this.#session?.begin(images, { signal })) ?? null;
    } finally {
      this.#wipeIfOver();
    }
  }

  /** Activations are kept for the next run; after the last one nothing of them is. */
  #wipeIfOver(): void {
    if (this.#closed || this.state === 'poisoned' || this.state === 'closed') this.#arithmetic.wipe();
  }

  async #runAll(
    inputs: readonly Int16Array[],
    signal?: AbortSignal,
    begun: () => void = () => {},
  ): Promise<BatchResult> {
    if (inputs.length === 0) throw new RangeError('there must be at least one input');
    this.#requireOpen();
    signal?.throwIfAborted();
    const started = performance.now();
    const inference = await this.#begin(inputs.length, signal);
    begun();
    const costs = inference?.costs ?? noCosts();
    const layers: LayerRun[] = [];
    const runLinear = recorded(this.#runLinear(inference, costs, signal), costs, started, (layer) => {
      layers.push(layer);
      addCosts(this.layerCosts[layer.layer]!, layer.costs);
    });
    try {
      const values = await walk(this.network, this.#arithmetic, inputs, runLinear, costs);
      const onlineMs = performance.now() - started;
      const images = values.map((outputs) =>
        outputs.map((entries, index) => ({
          tensor: this.network.tensors[this.network.outputs[index]!]!,
          values: entries,
        })),
      );
      return { images, costs, layers, onlineMs, trustedMs: onlineMs - costs.deviceMs };
    } finally {
      inference?.end();
      this.#wipeIfOver();
      addCosts(this.costs, costs);
    }
  }

  #runLinear(inference: Inference | null, costs: Costs, signal?: AbortSignal): RunLinear {
    let breathed = performance.now();
    return async (operation, index, x, finish) => {
      if (signal !== undefined && performance.now() - breathed > BREATH_MS) {
        await breathe();
        breathed = performance.now();
      }
      signal?.throwIfAborted();
      this.#requireOpen();
      const number = this.#numbers.get(index);
      if (inference !== null && number !== undefined) return inference.linear(number, x, finish);
      const images = inference?.images ?? x.length / inputLength(operation.map);
      return this.#inside.run(operation, index, x, images, finish, costs);
    };
  }

  /**
   * Runs a stream of inputs and yields their outputs in order. Several batches are in flight: while the device works on one,
   * the trusted side works on another. At most `batch * inFlight` images are read ahead of what was yielded, so memory does
   * not grow with the stream. In private sessions pads that are missing are made on the way, as offline work. Whoever leaves
   * the stream ends what is in flight at once.
   * @throws what `run` throws; the stream ends there
   */
  stream(
    inputs: AsyncIterable<Int16Array> | Iterable<Int16Array>,
    options: Partial<StreamOptions> = {},
  ): AsyncGenerator<readonly Output[], void, undefined> {
    // What was counted for one batch must not be counted for another one before it was reserved.
    let release = (): void => {};
    return streamInOrder(inputs, options, {
      prepare: async (images, signal) => {
        if (this.modulus === null) return;
        release = await this.#supply(signal);
        try {
          const missing = images - (await untilAborted(this.prepared(), signal));
          if (missing > 0) await this.prepare(missing, signal);
        } catch (error) {
          release();
          throw error;
        }
      },
      run: async (batch, signal) => {
        const begun = release;
        try {
          return (await this.#runAll(batch, signal, begun)).images;
        } finally {
          begun();
        }
      },
    });
  }

  /** Waits for its turn to count, make and reserve pads; what it gives ends the turn. */
  async #supply(signal: AbortSignal): Promise<() => void> {
    const before = this.#supplying;
    let release = (): void => {};
    this.#supplying = new Promise((resolve) => {
      release = resolve;
    });
    try {
      await untilAborted(before, signal);
      return release;
    } catch (error) {
      before.then(release);
      throw error;
    }
  }

  /** Wipes what is secret and frees the device's maps. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session?.close();
    this.#inside.release();
    this.#arithmetic.wipe();
  }
}

/** The integers as the model's file format would store them: value + zero point. */
export function storedCodes(output: Output): number[] {
  const zeroPoint = output.tensor.kind === 'activation' ? output.tensor.zeroPoint : 0;
  return Array.from(output.values, (value) => value + zeroPoint);
}
