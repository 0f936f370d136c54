/** A long stream of images: its rate, and whether memory stays flat. */
import { wasmArithmetic } from '../../src/fast/index.js';
import { NetworkSession, zooNetwork } from '../../src/network/index.js';
import type { Device } from '../../src/protocol/index.js';
import { consume } from '../values.js';
import { exampleImage } from './measure-run.js';
import type { EndToEndOptions } from './options.js';
import { repeatingRandomness } from './replay-device.js';

/** MobileNetV2, verified, every layer outsourced. */
export interface StreamResult {
  readonly network: 'mobilenet-v2';
  readonly threads: number;
  readonly images: number;
  readonly batch: number;
  readonly inFlight: number;
  readonly imagesPerSecond: number;
  /** Resident memory after a tenth of the stream, and how much more it was at the end. */
  readonly residentMiBAtStart: number;
  readonly growthMiB: number;
  /** After every tenth. */
  readonly residentMiB: readonly number[];
}

/** Runs the stream and closes the device. */
export async function measureStream(
  device: Device,
  threads: number,
  { size, streamImages: images }: EndToEndOptions & { readonly streamImages: number },
): Promise<StreamResult> {
  const network = zooNetwork('mobilenet-v2', { size });
  const image = exampleImage(network);
  const arithmetic = await wasmArithmetic({ threads });
  const [batch, inFlight] = [8, 2];
  try {
    const session = await NetworkSession.open({
      network,
      device,
      arithmetic,
      plan: 'all',
      parameters: { privacy: false },
      randomness: repeatingRandomness(),
    });
    await session.run(Array.from({ length: batch }, () => image));
    const source = (function* () {
      for (let i = 0; i < images; i++) yield image;
    })();
    const residentMiB: number[] = [];
    let done = 0;
    const started = performance.now();
    for await (const outputs of session.stream(source, { batch, inFlight })) {
      consume(outputs[0]!.values[0]!);
      done++;
      if (done % Math.max(1, Math.floor(images / 10)) === 0) {
        residentMiB.push(Math.round(process.memoryUsage().rss / 2 ** 20));
      }
    }
    const seconds = (performance.now() - started) / 1000;
    session.close();
    const atStart = residentMiB[0] ?? 0;
    return {
      network: 'mobilenet-v2',
      threads,
      images: done,
      batch,
      inFlight,
      imagesPerSecond: Number((done / seconds).toPrecision(4)),
      residentMiBAtStart: atStart,
      growthMiB: (residentMiB.at(-1) ?? 0) - atStart,
      residentMiB,
    };
  } finally {
    arithmetic.close();
    await device.close();
  }
}
