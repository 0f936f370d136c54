/** Opens everything a protected run needs, lets the caller use it, and closes everything again, whatever happens. */
import { wasmArithmetic } from '../fast/index.js';
import { certify } from '../network/certificate.js';
import { NetworkSession, type RunResult } from '../network/network-session.js';
import type { Device, Modulus, Soundness } from '../protocol/index.js';
import type { QuantizedNetwork } from '../reference/index.js';
import { openDevice } from './devices.js';
import type { Protection } from './options.js';
import type { Reporter } from './progress.js';

/** What to open. */
export interface Setup {
  readonly network: QuantizedNetwork;
  readonly protection: Protection;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** Wraps the device, to make it lie; the identity for an honest one. */
  readonly disguise: (honest: Device) => Device;
}

/** What a run gave, what it cost and what it guarantees. */
export interface Executed {
  readonly result: RunResult;
  readonly soundness: Soundness;
  readonly modulus: Modulus | null;
  readonly linearLayers: number;
  readonly offlineMs: number;
  /** Multiply-accumulates of all linear layers. */
  readonly macs: number;
}

/**
 * Calls `work` with an open session.
 * @throws what `work` throws; ModelError, DeviceError; an AbortError when the signal fires between two layers
 */
export async function withSession<T>(setup: Setup, work: (session: NetworkSession) => Promise<T>): Promise<T> {
  const { network, protection, report, signal, disguise } = setup;
  const { integrity, privacy, soundnessBits } = protection;
  const device = disguise(await openDevice(protection.device));
  try {
    const arithmetic = await wasmArithmetic();
    let session: NetworkSession | null = null;
    try {
      session = await NetworkSession.open({
        network,
        device,
        arithmetic,
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
    await device.close();
  }
}

/** Prepares one inference, runs it, and adds up. */
export async function runOnce(session: NetworkSession, input: Int16Array, signal: AbortSignal): Promise<Executed> {
  const before = session.prepared;
  if (before === 0) await session.prepare(1, signal);
  const result = await session.run(input);
  const { soundness, modulus, layerCount: linearLayers, offlineMs } = session;
  return { result, soundness, modulus, linearLayers, offlineMs, macs: certify(session.network).macs };
}
