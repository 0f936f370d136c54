/** Opens everything a protected run needs, lets the caller use it, and closes everything again, whatever happens. */
import { wasmArithmetic } from '../fast/index.js';
import { certify } from '../network/certificate.js';
import { linearOperations } from '../network/graph.js';
import { NetworkSession, type RunResult } from '../network/network-session.js';
import type { Plan } from '../network/planner/plan.js';
import type { Device, Modulus, Soundness, TrustedArithmetic } from '../protocol/index.js';
import { macCount, type QuantizedNetwork } from '../reference/index.js';
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
}

/** What a run gave, what it cost and what it guarantees. */
export interface Executed {
  readonly result: RunResult;
  readonly soundness: Soundness;
  readonly modulus: Modulus | null;
  readonly linearLayers: number;
  readonly outsourcedLayers: number;
  readonly offlineMs: number;
  /** Multiply-accumulates of the layers that the device computed. */
  readonly deviceMacs: number;
}

/**
 * Calls `work` with an open session.
 * @throws what `work` throws; ModelError, DeviceError; an AbortError when the signal fires between two layers
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
      certify(network);
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
          report.update(progress);
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

/** Prepares one inference, runs it, and adds up. */
export async function runOnce(session: NetworkSession, input: Int16Array, signal: AbortSignal): Promise<Executed> {
  const before = session.prepared;
  if (before === 0) await session.prepare(1, signal);
  const result = await session.run(input);
  const { soundness, modulus, offlineMs } = session;
  return { result, soundness, modulus, offlineMs, ...outsourcing(session) };
}

/** How much of the network the device gets. */
export function outsourcing({ network, plan, layerCount: linearLayers, outsourcedCount }: NetworkSession) {
  const deviceMacs = linearOperations(network)
    .filter((_, index) => plan.outsourced[index])
    .reduce((sum, { map }) => sum + macCount(map), 0);
  return { linearLayers, outsourcedLayers: outsourcedCount, deviceMacs };
}
