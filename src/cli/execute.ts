/** Opens everything a protected run needs, lets the caller use it, and closes everything again, whatever happens. */
import { wasmArithmetic } from '../fast/index.js';
import { macCount } from '../model/linear-map.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { linearOperations } from '../operations/graph.js';
import {
  type Costs,
  type Device,
  type Modulus,
  type Soundness,
  type TrustedArithmetic,
  trustedMs,
} from '../protocol/index.js';
import type { LayerRun } from '../session/layer-run.js';
import { NetworkSession, type Output, type RunCosts, type RunResult } from '../session/network-session.js';
import type { Plan } from '../session/planner/plan.js';
import { NO_DEVICE, openDevice } from './devices.js';
import type { Protection } from './options.js';
import { loadedNumber, measuredPlan, withOutsourced } from './plan-for.js';
import type { Reporter } from './progress.js';

/** A lie that may be told in one layer. */
export interface Lie {
  /** The linear layer, counted from 0 among all of the network; it is outsourced whatever the plan says. */
  readonly layer: number;
  /** Wraps the device; `number` is what the layer is among those that the device loads. */
  readonly disguise: (honest: Device, number: number) => Device;
}

/** What to open. */
export interface Setup {
  readonly network: QuantizedNetwork;
  readonly protection: Protection;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** Null for an honest device. */
  readonly lie: Lie | null;
  /** True if the caller shows how far runs are, so that only opening is shown here. */
  readonly quiet?: boolean;
}

/** What one run, or several, cost and what they guarantee. */
export interface Executed {
  readonly result: Omit<RunCosts, 'layers'>;
  /** How many images were run. */
  readonly images: number;
  /** How often the network was run, on one image or on several together. */
  readonly batches: number;
  readonly soundness: Soundness;
  /** How many inferences may share the challenges: what the soundness per session speaks of. */
  readonly maximumInferences: number;
  readonly modulus: Modulus | null;
  readonly linearLayers: number;
  readonly outsourcedLayers: number;
  readonly offlineMs: number;
  /** Multiply-accumulates of the layers that the device computed. */
  readonly deviceMacs: number;
  /** Every linear layer, in order. */
  readonly layers: readonly ExecutedLayer[];
}

/** One linear layer: who computed it, and what that cost in all runs together. */
export interface ExecutedLayer {
  readonly name: string;
  readonly outsourced: boolean;
  readonly macs: number;
  readonly costs: Costs;
  /** Milliseconds since the start of the run; null when there were several, whose layers overlap. */
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/**
 * Calls `work` with an open session.
 * @throws what `work` throws; ModelError, DeviceError; an AbortError when the signal fires
 */
export async function withSession<T>(setup: Setup, work: (session: NetworkSession) => Promise<T>): Promise<T> {
  const { network, protection, report, signal, lie } = setup;
  const { integrity, privacy, soundnessBits, threads } = protection;
  const honest = protection.device === NO_DEVICE ? null : await openDevice(protection.device);
  let device = honest;
  try {
    const arithmetic = await wasmArithmetic({ threads });
    let session: NetworkSession | null = null;
    try {
      const plan = honest === null ? 'auto' : planOf(setup, arithmetic);
      if (honest !== null && lie !== null && plan !== 'auto') {
        device = lie.disguise(honest, loadedNumber(plan, lie.layer));
      }
      session = await NetworkSession.open({
        network,
        device,
        arithmetic,
        plan,
        parameters: { integrity, privacy, soundnessBits },
        onProgress: (progress) => {
          if (!setup.quiet || progress.phase === 'challenges') report.update(progress);
          signal.throwIfAborted();
        },
        signal,
      });
      return await work(session);
    } finally {
      session?.close();
      arithmetic.close();
    }
  } finally {
    report.finish();
    await device?.close();
  }
}

function planOf({ network, protection, report, lie }: Setup, arithmetic: TrustedArithmetic): Plan {
  const plan =
    protection.plan === 'all'
      ? { outsourced: linearOperations(network).map(() => true) }
      : measuredPlan(network, arithmetic, protection, report);
  return lie === null ? plan : withOutsourced(plan, lie.layer);
}

/** The same of a run of one image, with what it gave. */
export type ExecutedOnce = Executed & { readonly result: RunResult };

/** Prepares one inference, runs it, and adds up. */
export async function runOnce(session: NetworkSession, input: Int16Array, signal: AbortSignal): Promise<ExecutedOnce> {
  if ((await session.prepared()) === 0) await session.prepare(1, signal);
  const result = await session.run(input, { signal });
  return { result, images: 1, batches: 1, ...about(session), layers: executedLayers(session, result.layers) };
}

/** Several images, one after another. */
export interface Images {
  readonly count: number;
  /** How many go through the network together. */
  readonly batch: number;
  readonly read: (index: number) => Promise<Int16Array>;
}

/** Runs a stream of images, hands each one's outputs over, in order, and adds up. Reading images is no part of the times. */
export async function runStream(
  session: NetworkSession,
  { count, batch, read }: Images,
  onOutputs: (outputs: readonly Output[], index: number) => void,
  signal: AbortSignal,
): Promise<Executed> {
  let readingMs = 0;
  async function* inputs(): AsyncGenerator<Int16Array> {
    for (let index = 0; index < count; index++) {
      const started = performance.now();
      const input = await read(index);
      readingMs += performance.now() - started;
      yield input;
    }
  }
  const before = session.offlineMs;
  const started = performance.now();
  let done = 0;
  for await (const outputs of session.stream(inputs(), { batch, signal })) onOutputs(outputs, done++);
  const { offlineMs, costs } = session;
  const onlineMs = performance.now() - started - (offlineMs - before) - readingMs;
  const result = { costs, onlineMs, trustedMs: trustedMs(costs) };
  const batches = Math.ceil(count / batch);
  return { result, images: count, batches, ...about(session), layers: executedLayers(session, []) };
}

/** What holds for every run of the session, and how much of the network the device gets. */
function about(session: NetworkSession) {
  const { soundness, modulus, offlineMs, parameters, network, plan, layerCount, outsourcedCount } = session;
  const deviceMacs = linearOperations(network)
    .filter((_, index) => plan.outsourced[index])
    .reduce((sum, { map }) => sum + macCount(map), 0);
  const { maximumInferences } = parameters;
  const counts = { linearLayers: layerCount, outsourcedLayers: outsourcedCount, deviceMacs };
  return { soundness, maximumInferences, modulus, offlineMs, ...counts };
}

/** @param runs of one run, whose times are wanted; none for all that the session has run */
function executedLayers(session: NetworkSession, runs: readonly LayerRun[]): ExecutedLayer[] {
  const own = new Map(runs.map((run) => [run.layer, run]));
  return linearOperations(session.network).map(({ name, map }, layer) => ({
    name,
    outsourced: session.plan.outsourced[layer]!,
    macs: macCount(map),
    // A copy, since the session may run on.
    costs: { ...(own.get(layer)?.costs ?? session.layerCosts[layer]!) },
    startMs: own.get(layer)?.startMs ?? null,
    endMs: own.get(layer)?.endMs ?? null,
  }));
}
