/** The shape of bench/results/accuracy-*.json, one file per network, for those who write it and those who show it. */
import { readFileSync } from 'node:fs';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';

const count = t.number;
const runtimeOrNull = t.union([t.type({ right: count, disagreeing: count, largestDistance: t.number }), t.null]);
const guarded = t.type({ right: count, top1: t.number, differingImages: count, verifiedLayers: count });

const row = t.type({
  network: t.string,
  file: t.string,
  sha256: t.string,
  networkHash: t.string,
  parameters: count,
  fileBytes: count,
  training: t.type({ seed: t.number, epochs: t.number, minutes: t.number, pytorchTop1: t.number }),
  images: count,
  float: t.type({ right: count, top1: t.number }),
  runtime: runtimeOrNull,
  quantized: t.type({ right: count, top1: t.number, disagreeing: count }),
  differencePoints: t.number,
  verified: guarded,
  private: guarded,
  soundnessBits: t.number,
  layers: count,
  outsourced: count,
});

/** One network. `top1` is in percent, differences are in percentage points. */
export type Row = t.TypeOf<typeof row>;

const results = t.type({
  howToRead: t.array(t.string),
  command: t.string,
  date: t.string,
  versions: t.type({ slalom: t.string, onnxruntime: t.union([t.string, t.null]) }),
  machine: t.type({
    processor: t.string,
    processors: t.number,
    memoryGiB: t.number,
    node: t.string,
  }),
  calibrationImages: count,
  threads: count,
  batch: count,
  device: t.string,
  row,
});

/** Everything that is written about one network. */
export type Results = t.TypeOf<typeof results>;

/** The networks that are measured; `fashion-NAME.onnx` are their files. */
export const NETWORKS = ['vgg', 'resnet'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** Where a whole run of a network is written. */
export const recordOf = (name: NetworkName): URL => new URL(`../results/accuracy-${name}.json`, import.meta.url);

/** @throws TypeError naming the first field that is missing or wrong */
export function decodeRecord(text: string, name: NetworkName): Results {
  const decoded = results.decode(JSON.parse(text));
  if (isLeft(decoded)) throw new TypeError(`accuracy-${name}.json: ${PathReporter.report(decoded)[0]}`);
  return decoded.right;
}

/** What was recorded of every network. @throws TypeError as `decodeRecord` */
export function readRecords(): Results[] {
  return NETWORKS.map((name) => decodeRecord(readFileSync(recordOf(name), 'utf8'), name));
}
