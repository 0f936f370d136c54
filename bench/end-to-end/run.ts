/** `npm run bench -- end-to-end`: whole networks, trusted side and device, beside the strongest alternatives. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { openDevice } from '../../src/cli/devices.js';
import { version } from '../../src/formats/load/version.js';
import { zooNetwork } from '../../src/network/index.js';
import type { Device } from '../../src/protocol/index.js';
import type { ZooName } from '../../src/zoo/index.js';
import { machine } from '../measure.js';
import { consumedTotal } from '../values.js';
import type { EndToEndOptions } from './options.js';
import { replayDevice } from './replay-device.js';
import { type Row, rowsOf } from './rows.js';
import { measureStream, type StreamCase, type StreamResult } from './stream.js';

const HOW_TO_READ = [
  'One row is one network, mode, number of trusted threads and batch size. Times are milliseconds per image of the fastest run (medianWallMs: of the median run); the rivals likewise, same process, same threads, same batch, measured right before.',
  'Speed-ups first: overOrtFp32, overOrtInt8 and overTee are the time of onnxruntime-node in fp32, in int8, and of the same quantized network computed wholly on the trusted side (mode tee), divided by wallMs. Above 1 we are faster. Null: no rival, and `reasons` says why.',
  'mode verified: integrity. private: integrity and privacy; its offlineMs (making the pads of one image, on the trusted side) comes on top, before the input is known. openOfflineMs: folding the challenges, once per session.',
  'device replay: recorded answers, so wallMs is the trusted side alone; a real device adds its time where it is not hidden behind other batches. Weights are generated from a seed: they serve for speed only.',
  'plan all: every linear layer is outsourced. plan auto: the planner keeps inside what is cheaper to compute than to check; no row of its own where that is nothing.',
  'phases: protocolMs is sending, checking and what is fused with it; operationsMs the remaining trusted operations; insideMs linear layers computed inside. residentBytes: of the whole process, recordings and rivals included.',
  'Compare only numbers of one machine and one run.',
];

/** Whole runs end with a stream of MobileNetV2 that shows whether memory stays flat. */
function streamCases(options: EndToEndOptions): StreamCase[] {
  const { streamAll, streamImages: images, inFlight, size } = options;
  if (images === 0) return [];
  const networks: readonly ZooName[] = streamAll ? options.networks : ['mobilenet-v2'];
  const modes = streamAll ? options.modes.filter((mode) => mode !== 'tee') : (['verified'] as const);
  const batches = streamAll ? options.batches : [8];
  return networks.flatMap((network) =>
    modes.flatMap((mode) =>
      options.threads.flatMap((threads) =>
        batches.map((batch) => ({ network, mode, threads, batch, inFlight, images, size })),
      ),
    ),
  );
}

async function open(name: string): Promise<Device> {
  return name === 'replay' ? replayDevice() : openDevice(name);
}

function print(rows: readonly Row[], streams: readonly StreamResult[]): void {
  console.table(
    rows.map(({ network, mode, plan, threads, batch, outsourced, layers, ...row }) => ({
      network,
      mode,
      plan,
      threads,
      batch,
      'over fp32': row.overOrtFp32,
      'over int8': row.overOrtInt8,
      'over tee': row.overTee,
      'trusted ms': row.trustedMs,
      'wall ms': row.wallMs,
      'offline ms': row.offlineMs,
      'ort fp32': row.ortFp32Ms,
      'ort int8': row.ortInt8Ms,
      outsourced: `${outsourced}/${layers}`,
    })),
  );
  if (streams.length > 0) console.table(streams.map(({ residentMiB: _, ...row }) => row));
}

/**
 * Measures, prints, and writes bench/results/end-to-end.json.
 * @throws UsageError for an unknown device; DeviceError when it is not there or fails
 */
export async function benchEndToEnd(options: EndToEndOptions): Promise<void> {
  const progress = (text: string): void => void process.stderr.write(`${text}\n`);
  const rows: Row[] = [];
  const streams: StreamResult[] = [];
  for (const name of options.networks) {
    const network = zooNetwork(name, { size: options.size });
    for (const threads of options.threads) {
      // A fresh device each time: recordings are large.
      const device = await open(options.device);
      try {
        rows.push(...(await rowsOf(name, network, device, threads, options, progress)));
      } finally {
        await device.close();
      }
    }
  }
  for (const how of streamCases(options)) {
    progress(`stream of ${how.images} images: ${how.network}, ${how.mode}, ${how.threads} threads, batch ${how.batch}`);
    const same = rows.find(
      ({ network, threads, batch }) => network === how.network && threads === how.threads && batch === how.batch,
    );
    streams.push(await measureStream(await open(options.device), how, same?.ortInt8Ms ?? null));
  }
  const report = {
    howToRead: HOW_TO_READ,
    command: `npm run bench -- end-to-end ${process.argv.slice(3).join(' ')}`.trim(),
    date: new Date().toISOString().slice(0, 10),
    versions: { slalom: version },
    machine: machine(),
    size: options.size,
    rows,
    streams,
    consumed: consumedTotal(),
  };
  if (options.json) console.log(JSON.stringify(report));
  else print(rows, streams);
  if (options.output === null) return;
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(options.output, folder), `${JSON.stringify(report, null, 2)}\n`);
}
