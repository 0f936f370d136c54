/** Running a quantized network on an untrusted device. */
import {
  type Costs,
  type Device,
  type Modulus,
  type PadStore,
  type Parameters,
  type Progress,
  type Randomness,
  Session,
  type SessionState,
  type Soundness,
  type TrustedArithmetic,
} from '../protocol/index.js';
import type { QuantizedNetwork, Tensor } from '../reference/index.js';
import { linearOperations } from './graph.js';
import { finishLinear } from './trusted-operations.js';
import { aQuantizedNetwork } from './validate.js';
import { walk } from './walk.js';

/** What a network session needs. */
export interface NetworkSessionOptions {
  readonly network: QuantizedNetwork;
  /** The untrusted side. It stays yours: closing the session does not close it. */
  readonly device: Device;
  /** The trusted side's arithmetic. It stays yours too. */
  readonly arithmetic: TrustedArithmetic;
  /** Both guarantees and 2^-40 per inference, unless you say otherwise. */
  readonly parameters?: Partial<Parameters>;
  readonly randomness?: Randomness;
  readonly pads?: PadStore;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** One output of a run. */
export interface Output {
  readonly tensor: Tensor;
  /** Centred integers: the real number is scale * value. */
  readonly values: Int16Array | Int32Array;
}

/** A finished run: every number in it passed the check (or integrity was off). */
export interface RunResult {
  readonly outputs: readonly Output[];
  readonly costs: Costs;
  /** From the start of the run to its result. */
  readonly onlineMs: number;
  /** Online time that was not spent waiting for the device. */
  readonly trustedMs: number;
}

/** A network on a device, ready to run. */
export class NetworkSession {
  readonly network: QuantizedNetwork;
  readonly #session: Session;
  readonly #arithmetic: TrustedArithmetic;

  private constructor(network: QuantizedNetwork, session: Session, arithmetic: TrustedArithmetic) {
    this.network = network;
    this.#session = session;
    this.#arithmetic = arithmetic;
  }

  /**
   * Certifies the network, loads its linear layers on the device, and folds secret challenges.
   * @throws ModelError when the network is not well formed or can wrap; DeviceError when the device cannot hold it
   */
  static async open(options: NetworkSessionOptions): Promise<NetworkSession> {
    const { network, ...rest } = options;
    const maps = linearOperations(aQuantizedNetwork(network)).map(({ map }) => map);
    const session = await Session.open({ ...rest, maps });
    return new NetworkSession(network, session, options.arithmetic);
  }

  get state(): SessionState {
    return this.#session.state;
  }

  get soundness(): Soundness {
    return this.#session.soundness;
  }

  get parameters(): Parameters {
    return this.#session.parameters;
  }

  /** p, or null when privacy is off. */
  get modulus(): Modulus | null {
    return this.#session.modulus;
  }

  /** Linear layers of the network, all of them done by the device. */
  get layerCount(): number {
    return this.#session.layerCount;
  }

  /** How many private inferences are prepared. */
  get prepared(): number {
    return this.#session.prepared;
  }

  /** The trusted side's offline work so far: challenges folded, pads made. */
  get offlineMs(): number {
    return this.#session.offlineMs;
  }

  /** Makes pads for `count` more private inferences (offline work; it does not need the input). */
  prepare(count = 1, signal?: AbortSignal): Promise<void> {
    return this.#session.prepare(count, signal);
  }

  /**
   * Runs the network on one input.
   * @param input centred integers of the input tensor, row-major
   * @throws IntegrityError when the device lied (the session is then of no more use); PadError when nothing was prepared;
   * DeviceError when the device failed; RangeError when the input does not fit
   */
  async run(input: Int16Array): Promise<RunResult> {
    const started = performance.now();
    const inference = await this.#session.begin();
    try {
      const values = await walk(this.network, this.#arithmetic, input, async (operation, index, x) =>
        finishLinear(operation, await inference.linear(index, x), this.#arithmetic),
      );
      const onlineMs = performance.now() - started;
      const outputs = values.map((entries, index) => ({
        tensor: this.network.tensors[this.network.outputs[index]!]!,
        values: entries,
      }));
      return { outputs, costs: inference.costs, onlineMs, trustedMs: onlineMs - inference.costs.deviceMs };
    } finally {
      inference.end();
    }
  }

  /** Wipes what is secret and frees the device's maps. */
  close(): void {
    this.#session.close();
  }
}

/** The integers as the model's file format would store them: value + zero point. */
export function storedCodes(output: Output): number[] {
  const zeroPoint = output.tensor.kind === 'activation' ? output.tensor.zeroPoint : 0;
  return Array.from(output.values, (value) => value + zeroPoint);
}
