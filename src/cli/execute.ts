/** Opens everything a protected run needs, runs it once, and closes everything again, whatever happens. */
import { saboteur, wasmArithmetic } from '../fast/index.js';
import { certify } from '../network/certificate.js';
import { NetworkSession, type RunResult } from '../network/network-session.js';
import type { Modulus, Soundness } from '../protocol/index.js';
import type { QuantizedNetwork } from '../reference/index.js';
import { openDevice } from './devices.js';
import type { Protection } from './options.js';
import type { Reporter } from './progress.js';
import type { Tamper } from './tamper.js';

/** What a run gave and what it cost. */
export interface Executed {
  readonly result: RunResult;
  readonly soundness: Soundness;
  readonly modulus: Modulus | null;
  readonly linearLayers: number;
  readonly offlineMs: number;
  readonly macs: number;
}

/** One protected run. */
export interface Job {
  readonly network: QuantizedNetwork;
  readonly input: Int16Array;
  readonly protection: Protection;
  readonly tamper: Tamper | null;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Runs the network once on the chosen device.
 * @throws IntegrityError, DeviceError, ModelError; an AbortError when the signal fires between two layers
 */
export async function execute(job: Job): Promise<Executed> {
  const { network, input, protection, tamper, report, signal } = job;
  const { integrity, privacy, soundnessBits } = protection;
  const { macs } = certify(network);
  const arithmetic = await wasmArithmetic();
  const honest = await openDevice(protection.device);
  const device = tamper === null ? honest : saboteur(honest, tamper);
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
    await session.prepare(1, signal);
    const result = await session.run(input);
    const { soundness, modulus, layerCount: linearLayers, offlineMs } = session;
    return { result, soundness, modulus, linearLayers, offlineMs, macs };
  } finally {
    report.finish();
    session?.close();
    await device.close();
    arithmetic.close();
  }
}
