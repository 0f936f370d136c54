/** The two trained networks: the files that training/fashion-mnist/train.py wrote, as a user imports them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { type CalibratedNetwork, type FloatNetwork, importOnnx, quantizeCalibrated } from '../../src/network/index.js';
import type { TrustedArithmetic } from '../../src/protocol/index.js';
import { INPUT, type Pictures, realsOf } from './dataset.js';
import type { NetworkName } from './results.js';

const training = t.type({
  network: t.string,
  parameters: t.number,
  fileBytes: t.number,
  sha256: t.string,
  seed: t.number,
  epochs: t.number,
  minutes: t.number,
  threads: t.number,
  processor: t.string,
  pytorch: t.string,
  validationTop1: t.number,
  testTop1: t.number,
});

/** What train.py wrote down beside a network; accuracies are percentages. */
export type Training = t.TypeOf<typeof training>;

export interface TrainedNetwork {
  readonly name: NetworkName;
  /** The .onnx file. */
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly float: FloatNetwork;
  readonly training: Training;
}

const FOLDER = new URL('../../training/fashion-mnist/', import.meta.url);

/** The .onnx file of a network. */
export const fileOf = (name: NetworkName): URL => new URL(`fashion-${name}.onnx`, FOLDER);

/** @throws ModelError when the file cannot be imported; TypeError when its training was not written down, or of another file */
export function readNetwork(name: NetworkName): TrainedNetwork {
  const bytes = readFileSync(fileOf(name));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const decoded = training.decode(JSON.parse(readFileSync(new URL(`fashion-${name}.json`, FOLDER), 'utf8')));
  if (isLeft(decoded)) throw new TypeError(`fashion-${name}.json: ${PathReporter.report(decoded)[0]}`);
  if (decoded.right.sha256 !== sha256) throw new TypeError(`fashion-${name}.json is about another .onnx file.`);
  const imported = importOnnx(bytes, { name: `fashion-${name}` });
  if (imported.kind !== 'float') throw new TypeError(`fashion-${name}.onnx is not a float network.`);
  return { name, bytes, sha256, float: imported.network, training: decoded.right };
}

/** As `slalom import fashion-NAME.onnx --calibrate ...` does it, with the defaults. */
export function quantizeNetwork(
  { float }: TrainedNetwork,
  pictures: Pictures,
  arithmetic: TrustedArithmetic,
  signal: AbortSignal,
): Promise<CalibratedNetwork> {
  function* inputs(): Generator<Float32Array> {
    for (const picture of pictures) {
      signal.throwIfAborted();
      yield realsOf(picture);
    }
  }
  return quantizeCalibrated(float, inputs, { arithmetic, input: INPUT, onStage: () => signal.throwIfAborted() });
}
