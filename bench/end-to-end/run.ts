/** `npm run bench -- end-to-end`: whole networks, trusted side and device, beside the strongest alternatives. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { openDevice } from '../../src/cli/devices.js';
import { version } from '../../src/cli/version.js';
import { zooNetwork } from '../../src/network/index.js';
import type { Device } from '../../src/protocol/index.js';
import { machine } from '../measure.js';
import { consumedTotal } from '../values.js';
import type { EndToEndOptions } from './options.js';
import { replayDevice } from './replay-device.js';
import { type Row, rowsOf } from './rows.js';
import { measureStream, type StreamResult } from './stream.js';

const HOW_TO_READ = [
  'One row is one network, mode, number of trusted threads and batch size. Times are milliseconds per image of the fastest run (medianWallMs: of the median run); the rivals likewise, same process, same threads, same batch, measured right before.',
  'Speed-ups first: overOrtFp32, overOrtInt8 and overTee are the time of onnxruntime-node in fp32, in int8, and of the same quantized network computed wholly on the trusted side (mode tee), divided by wallMs. Above 1 we are faster. Null: no rival, and `reasons` says why.',
  'mode verified: integrity. private: integrity and privacy; its offlineMs (making the pads of one image, on the trusted side) comes on top, before the input is known. openOfflineMs: folding the challenges, once per session.',
  'device replay: recorded answers, so wallMs is the trusted side alone; a real device adds its time where it is not hidden behind other batches. Weights are generated from a seed: they serve for speed only.',
  'plan all: every linear layer is outsourced. plan auto: the planner keeps inside what is cheaper to compute than to check.',
  'phases: protocolMs is sending, checking and what is fused with it; operationsMs the remaining trusted operations; insideMs linear layers computed inside. residentBytes: of the whole process, recordings and rivals included.',
  'Compare only numbers of one machine and one run.',
];

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
export async function benchEndToEnd(options: EndToEndOptions & { readonly streamImages: number }): Promise<void> {
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
  if (options.streamImages > 0) {
    for (const threads of options.threads) {
      progress(`stream of ${options.streamImages} images, ${threads} threads`);
      streams.push(await measureStream(await replayDevice(), threads, options));
    }
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
  if (!options.write) return;
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('end-to-end.json', folder), `${JSON.stringify(report, null, 2)}\n`);
}
