/** `npm run accuracy`: the trained networks on the test pictures, in every way, and what must be equal is compared. */
import { fileURLToPath } from 'node:url';
import { openDevice } from '../../src/cli/devices.js';
import { exitCodes, FailedReport } from '../../src/cli/exit.js';
import { writeOutput } from '../../src/cli/write-output.js';
import { wasmArithmetic } from '../../src/fast/index.js';
import { version } from '../../src/formats/load/version.js';
import type { Device } from '../../src/protocol/index.js';
import { machine } from '../measure.js';
import { FILES, readClasses, readPictures } from './dataset.js';
import { complaints, textOf } from './judge.js';
import { readNetwork } from './networks.js';
import { counter } from './progress.js';
import { type NetworkName, type Results, type Row, recordOf } from './results.js';
import { type PictureSet, rowOf } from './row.js';
import { runtimeVersion } from './runtime.js';

export interface AccuracyOptions {
  readonly networks: readonly NetworkName[];
  /** Only so many pictures, the first ones, and nothing is written; all of them when null. */
  readonly subset: number | null;
  readonly images: string;
  readonly labels: string;
  /** The file of training pictures, and how many of them, the first ones, are used to calibrate. */
  readonly calibrate: string;
  readonly calibrationImages: number;
  readonly threads: number;
  readonly batch: number;
  readonly device: string;
  readonly json: boolean;
}

const HOW_TO_READ = [
  'The row is one network on the same pictures in every way. right: how many of `images` are classified right; top1: that in percent; of equal logits the first counts.',
  'float: the imported ONNX file as this library evaluates it in floating point. runtime: the same file in onnxruntime-node (disagreeing: pictures put in another class; largestDistance: of any two logits). training.pytorchTop1: what PyTorch itself measured after training.',
  'quantized: the network of 8-bit integers in the clear, no device and no protocol. disagreeing: pictures that it puts in another class than the float network, right or wrong. differencePoints: quantized minus float, in percentage points.',
  'verified, private: the same integers with every linear layer on the untrusted device, with integrity, and with integrity and privacy. differingImages: pictures with any logit that is not the one in the clear; it must be 0. verifiedLayers: answers of the device that were checked, batches counted once.',
  'soundnessBits: a wrong result of one inference is accepted with probability at most 2^-soundnessBits.',
  'Calibration takes the first pictures of the training set; challenges and pads come from the operating system, so nothing here has a seed except the training, whose seed is in the row.',
];

async function readSet({ subset, images, labels, calibrate, calibrationImages }: AccuracyOptions): Promise<PictureSet> {
  const test = await readPictures(images, subset);
  const classes = await readClasses(labels, test.length);
  return { test, classes, calibration: await readPictures(calibrate, calibrationImages) };
}

/** The command line as it was typed. */
const commandLine = (): string =>
  ['npm run accuracy', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');

function resultsOf(row: Row, { calibrationImages, threads, batch, device }: AccuracyOptions): Results {
  return {
    howToRead: HOW_TO_READ,
    command: commandLine(),
    date: new Date().toISOString().slice(0, 10),
    versions: { slalom: version, onnxruntime: runtimeVersion() },
    machine: machine() as Results['machine'],
    calibrationImages,
    threads,
    batch,
    device,
    row,
  };
}

/**
 * Measures, and writes bench/results/accuracy-NAME.json of every network with which all pictures were classified.
 * @returns what belongs on standard output
 * @throws FailedReport when logits differ that must not, or quantizing costs too much: nothing is written then of any
 * network; ModelError for wrong files
 */
export async function accuracy(options: AccuracyOptions, signal: AbortSignal): Promise<string> {
  const { networks, subset, images, labels, json } = options;
  const set = await readSet(options);
  const count = counter(process.stderr, signal);
  const arithmetic = await wasmArithmetic({ threads: options.threads });
  const rows: Row[] = [];
  let device: Device | null = null;
  try {
    device = await openDevice(options.device);
    for (const name of networks) {
      rows.push(await rowOf(readNetwork(name), { device, arithmetic }, set, options, count, signal));
    }
  } finally {
    count.finish();
    await device?.close();
    arithmetic.close();
  }
  const results = rows.map((row) => resultsOf(row, options));
  const report = json ? JSON.stringify(results) : textOf(rows);
  const wrong = complaints(rows);
  if (wrong.length > 0) throw new FailedReport(`${wrong.join('; ')}.`, report, exitCodes.failure);
  if (subset !== null || images !== FILES.images || labels !== FILES.labels) return report;
  for (const [at, name] of networks.entries()) {
    const bytes = Buffer.from(`${JSON.stringify(results[at], null, 2)}\n`);
    await writeOutput(fileURLToPath(recordOf(name)), bytes, `the record of ${name},`, signal);
  }
  return report;
}
