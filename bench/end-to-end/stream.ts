/** A long stream of images: its rate, and whether memory stays flat. */
import { wasmArithmetic } from '../../src/fast/index.js';
import { NetworkSession, zooNetwork } from '../../src/network/index.js';
import { type Device, systemRandomness } from '../../src/protocol/index.js';
import type { ZooName } from '../../src/zoo/index.js';
import { rounded } from '../measure.js';
import { consume } from '../values.js';
import { watchGpu } from './gpu.js';
import { exampleImage } from './measure-run.js';
import type { Mode } from './options.js';
import { repeatingRandomness } from './replay-device.js';

/** One stream: every layer outsourced. */
export interface StreamResult {
  readonly network: ZooName;
  readonly mode: Mode;
  readonly device: string;
  readonly threads: number;
  readonly images: number;
  readonly batch: number;
  readonly inFlight: number;
  readonly imagesPerSecond: number;
  /** Making the pads of one image before the stream began; 0 without privacy. */
  readonly offlineMs: number;
  /** How busy the card was, in percent of the time, as its driver tells; null without one. */
  readonly gpuPercent: number | null;
  readonly ortInt8Ms: number | null;
  /** The time of onnxruntime-node in int8 for as many images at once, by the stream's; null without it. */
  readonly overOrtInt8: number | null;
  /** Resident memory after a tenth of the stream, and how much more it was at the end. */
  readonly residentMiBAtStart: number;
  readonly growthMiB: number;
  /** After every tenth. */
  readonly residentMiB: readonly number[];
}

/** What is streamed. */
export interface StreamCase {
  readonly network: ZooName;
  readonly mode: Mode;
  readonly threads: number;
  readonly batch: number;
  readonly inFlight: number;
  readonly images: number;
  readonly size: number;
}

/** Runs the stream and closes the device. Its pads are made before: the stream shows the online phase. */
export async function measureStream(device: Device, how: StreamCase, ortInt8Ms: number | null): Promise<StreamResult> {
  const { mode, threads, batch, inFlight, images } = how;
  const network = zooNetwork(how.network, { size: how.size });
  const image = exampleImage(network);
  const arithmetic = await wasmArithmetic({ threads });
  try {
    const session = await NetworkSession.open({
      network,
      device,
      arithmetic,
      plan: 'all',
      parameters: { privacy: mode === 'private' },
      randomness: device.name === 'replay' ? repeatingRandomness() : systemRandomness,
    });
    const pass = async (count: number, done: () => void): Promise<void> => {
      const source = Array.from({ length: count }, () => image);
      for await (const outputs of session.stream(source, { batch, inFlight })) {
        consume(outputs[0]!.values[0]!);
        done();
      }
    };
    // Until memory has settled: what comes again is page-locked from its second use on.
    for (let round = 0; round < 3; round++) await pass(batch * inFlight, () => {});
    const residentMiB: number[] = [];
    let done = 0;
    const offlineBefore = session.offlineMs;
    await session.prepare(images);
    const offlineMs = (session.offlineMs - offlineBefore) / images;
    const gpu = watchGpu(device.name);
    const started = performance.now();
    await pass(images, () => {
      done++;
      if (done % Math.max(1, Math.floor(images / 10)) === 0) {
        residentMiB.push(Math.round(process.memoryUsage().rss / 2 ** 20));
      }
    });
    const seconds = (performance.now() - started) / 1000;
    const gpuPercent = await gpu.end();
    session.close();
    const atStart = residentMiB[0] ?? 0;
    const imagesPerSecond = done / seconds;
    return {
      network: how.network,
      mode,
      device: device.name,
      threads,
      images: done,
      batch,
      inFlight,
      imagesPerSecond: rounded(imagesPerSecond),
      offlineMs: rounded(offlineMs),
      gpuPercent,
      ortInt8Ms,
      overOrtInt8: ortInt8Ms === null ? null : rounded((ortInt8Ms * imagesPerSecond) / 1000),
      residentMiBAtStart: atStart,
      growthMiB: (residentMiB.at(-1) ?? 0) - atStart,
      residentMiB,
    };
  } finally {
    arithmetic.close();
    await device.close();
  }
}
