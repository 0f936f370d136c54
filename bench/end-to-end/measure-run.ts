/** One network in one mode, on one number of threads: opened once, measured for every batch size. */
import { wasmArithmetic } from '../../src/fast/index.js';
import { NetworkSession } from '../../src/network/index.js';
import { type Device, systemRandomness } from '../../src/protocol/index.js';
import type { QuantizedNetwork } from '../../src/reference/index.js';
import { fillFrom } from '../layers.js';
import { consume } from '../values.js';
import type { EndToEndOptions, Mode } from './options.js';
import { repeatingRandomness } from './replay-device.js';

/** Per image, of the fastest run: on a machine that others use too, it is the one they disturbed least. */
export interface Measured {
  readonly batch: number;
  readonly wallMs: number;
  readonly medianWallMs: number;
  readonly trustedMs: number;
  readonly phases: { readonly protocolMs: number; readonly operationsMs: number; readonly insideMs: number };
  readonly deviceMs: number;
  /** Making one private inference's pads; 0 without privacy. */
  readonly offlineMs: number;
  readonly bytesToDevice: number;
  readonly bytesFromDevice: number;
  readonly runs: number;
}

/** All batch sizes of one session, and what opening it cost. */
export interface MeasuredSession {
  readonly soundnessBits: number | null;
  readonly layers: number;
  readonly outsourced: number;
  /** Folding the challenges, once per session. */
  readonly openOfflineMs: number;
  readonly measured: readonly Measured[];
  /** The process's memory at the end. */
  readonly residentBytes: number;
}

/** The same picture every time: an image's content changes nothing about the time. */
export function exampleImage(network: QuantizedNetwork): Int16Array {
  const tensor = network.tensors[network.input]!;
  const length = tensor.shape.reduce((product, size) => product * size, 1);
  return fillFrom('picture', new Int16Array(length), -128, 127);
}

/** How long and for what to measure. */
export type Effort = Pick<EndToEndOptions, 'batches' | 'runs' | 'limitMs'>;

/** Opens, measures, closes. The device stays open. */
export async function measureSession(
  network: QuantizedNetwork,
  mode: Mode,
  device: Device,
  threads: number,
  plan: 'all' | 'auto',
  options: Effort,
): Promise<MeasuredSession> {
  const arithmetic = await wasmArithmetic({ threads });
  try {
    const session = await NetworkSession.open({
      network,
      device: mode === 'tee' ? null : device,
      arithmetic,
      plan,
      parameters: { privacy: mode === 'private' },
      randomness: device.name === 'replay' ? repeatingRandomness() : systemRandomness,
    });
    try {
      const openOfflineMs = session.offlineMs;
      const image = exampleImage(network);
      const measured: Measured[] = [];
      for (const batch of options.batches) measured.push(await measureBatch(session, image, batch, options));
      const bits = session.soundness.inferenceBits;
      return {
        soundnessBits: Number.isFinite(bits) ? bits : null,
        layers: session.layerCount,
        outsourced: session.outsourcedCount,
        openOfflineMs,
        measured,
        residentBytes: process.memoryUsage().rss,
      };
    } finally {
      session.close();
    }
  } finally {
    arithmetic.close();
  }
}

async function measureBatch(
  session: NetworkSession,
  image: Int16Array,
  batch: number,
  { runs, limitMs }: Effort,
): Promise<Measured> {
  const images = Array.from({ length: batch }, () => image);
  const results: { wallMs: number; offlineMs: number; result: Awaited<ReturnType<typeof once>> }[] = [];
  const once = () => session.run(images);
  const end = performance.now() + limitMs;
  // One run more than is counted: the first one brings memory and recordings into being.
  for (let run = 0; run <= runs && (run <= Math.min(3, runs) || performance.now() < end); run++) {
    const offlineBefore = session.offlineMs;
    await session.prepare(batch);
    const offlineMs = session.offlineMs - offlineBefore;
    const started = performance.now();
    const result = await once();
    const wallMs = performance.now() - started;
    for (const outputs of result.images) consume(outputs[0]!.values[0]!);
    if (run > 0) results.push({ wallMs, offlineMs, result });
  }
  results.sort((a, b) => a.wallMs - b.wallMs);
  const { wallMs, result } = results[0]!;
  const { costs } = result;
  return {
    batch,
    wallMs: wallMs / batch,
    medianWallMs: results[results.length >> 1]!.wallMs / batch,
    trustedMs: (wallMs - costs.deviceMs) / batch,
    phases: {
      protocolMs: costs.protocolMs / batch,
      operationsMs: costs.operationsMs / batch,
      insideMs: costs.insideMs / batch,
    },
    deviceMs: costs.deviceMs / batch,
    offlineMs: Math.min(...results.map((entry) => entry.offlineMs)) / batch,
    bytesToDevice: costs.bytesToDevice / batch,
    bytesFromDevice: costs.bytesFromDevice / batch,
    runs: results.length,
  };
}
