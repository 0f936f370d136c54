/** `slalom import`: any model becomes one file that has all a run needs. */
import { wasmArithmetic } from '../fast/index.js';
import type { FloatModel, LoadedModel } from '../formats/load/index.js';
import { version } from '../formats/load/version.js';
import { type NetworkDetails, networkHash, writeNetworkFile } from '../formats/slalom/index.js';
import type { FloatNetwork } from '../graph/index.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { type Preprocessing, pictureQuantization, readImage, realPicture } from '../pictures/index.js';
import { M31, P24 } from '../protocol/index.js';
import { type CalibratedNetwork, type CalibrationStage, quantizeCalibrated } from '../quantizer/index.js';
import { UsageError } from './exit.js';
import {
  aCalibration,
  anActivationBits,
  anInputShape,
  aPreprocessing,
  type ImportText,
  UNIT_RANGE,
} from './import-options.js';
import { loadModel } from './load-network.js';
import { aNumber } from './options.js';
import { picturePaths } from './pictures.js';
import type { Reporter } from './progress.js';
import { readLabelFile } from './read-labels.js';
import { bytes as bytesText, table } from './table.js';
import { requireWritable, writeOutput } from './write-output.js';

/** What is written, and how it came about. */
interface Imported {
  readonly network: QuantizedNetwork;
  readonly details: NetworkDetails;
  readonly calibrated: CalibratedNetwork | null;
}

function aModulusChoice(text: string): typeof P24 | typeof M31 {
  if (text === 'P24') return P24;
  if (text === 'M31') return M31;
  throw new UsageError(`--modulus takes P24 or M31, not "${text}".`);
}

/** Pictures as the float network's inputs, read one at a time; progress and interruption between them. */
async function* realInputs(
  paths: readonly string[],
  how: Preprocessing,
  shape: readonly number[],
  phase: 'calibrate' | 'calibrate again',
  report: Reporter,
  signal: AbortSignal,
): AsyncGenerator<Float32Array> {
  for (const [index, path] of paths.entries()) {
    signal.throwIfAborted();
    yield realPicture(await readImage(path), how, shape);
    report.update({ phase, done: index + 1, total: paths.length });
  }
}

async function quantized(
  model: FloatModel,
  text: ImportText,
  report: Reporter,
  signal: AbortSignal,
): Promise<{ calibrated: CalibratedNetwork; preprocessing: Preprocessing }> {
  const { shape } = inputOf(model.network);
  const choice = aCalibration(text);
  const modulus = aModulusChoice(text.modulus);
  const activationBits = anActivationBits(text);
  const threads = aNumber(text.threads, '--threads', 1, 64);
  const told = aPreprocessing(text, shape, model.preprocessing);
  const preprocessing = told ?? aPreprocessing({ ...text, range: UNIT_RANGE }, shape, null);
  if (preprocessing === null) {
    throw new UsageError(
      `The model takes an input of shape [${shape}]: only models that take pictures, [height, width, 1 or 3], can be calibrated here.`,
    );
  }
  if (text.calibrate === undefined) {
    throw new UsageError('This is a float model: give --calibrate a folder of pictures such as it will see.');
  }
  if (told === null) {
    report.say(
      `Colours become real numbers from 0 to 1; if the model expects others, say --range, or --mean and --std.`,
    );
  }
  const paths = await picturePaths(text.calibrate, '--calibrate');
  let phase: 'calibrate' | 'calibrate again' = 'calibrate';
  const arithmetic = await wasmArithmetic({ threads });
  try {
    const calibrated = await quantizeCalibrated(
      model.network,
      () => realInputs(paths, preprocessing, shape, phase, report, signal),
      {
        arithmetic,
        choice,
        modulus,
        activationBits,
        input: pictureQuantization(preprocessing),
        equalize: text.equalize,
        correctBiases: text.biasCorrection,
        onStage: (stage: CalibrationStage) => {
          signal.throwIfAborted();
          if (stage === 'calibrate again') phase = stage;
          else if (stage === 'correct biases') report.update({ phase: stage, done: 0, total: 1 });
        },
      },
    );
    return { calibrated, preprocessing };
  } finally {
    report.finish();
    arithmetic.close();
  }
}

function inputOf(network: FloatNetwork | QuantizedNetwork): { readonly shape: readonly number[] } {
  return network.tensors[network.input]!;
}

async function imported(
  model: LoadedModel,
  text: ImportText,
  labels: readonly string[] | null,
  report: Reporter,
  signal: AbortSignal,
): Promise<Imported> {
  if (model.kind === 'quantized') {
    const { network, preprocessing, origin, labels: own } = model;
    if (text.calibrate !== undefined) {
      throw new UsageError(
        `--calibrate is for float models; ${model.name} is quantized already, with scales of its own.`,
      );
    }
    const details = {
      preprocessing: aPreprocessing(text, inputOf(network).shape, preprocessing),
      labels: labels ?? own,
      origin,
    };
    return { network, details, calibrated: null };
  }
  const { calibrated, preprocessing } = await quantized(model, text, report, signal);
  const { images, equalizedPairs, biasCorrected, network } = calibrated;
  const calibration = {
    ...aCalibration(text),
    activationBits: anActivationBits(text),
    images,
    equalizedPairs,
    biasCorrected,
  };
  const origin = { format: model.format, sha256: model.sha256, tool: `slalom ${version}`, calibration };
  return { network, details: { preprocessing, labels: labels ?? [], origin }, calibrated };
}

/** Runs the command and returns what belongs on standard output. */
export async function importCommand(
  path: string,
  text: ImportText,
  report: Reporter,
  signal: AbortSignal,
): Promise<string> {
  // Everything that can be wrong is found before the long part.
  aCalibration(text);
  aModulusChoice(text.modulus);
  anActivationBits(text);
  const inputShape = anInputShape(text);
  await requireWritable(text.output, '--output');
  const labels = text.labels === undefined ? null : await readLabelFile(text.labels);
  const { outputs } = text;
  const model = await loadModel(path, 'the model', {
    ...(inputShape === undefined ? {} : { inputShape }),
    ...(outputs === undefined ? {} : { outputs }),
  });
  const { network, details, calibrated } = await imported(model, text, labels, report, signal);
  const bytes = writeNetworkFile(network, details);
  await writeOutput(text.output, bytes, '--output', signal);
  const hash = networkHash(network);
  if (text.json) {
    const { calibration, ...origin } = details.origin ?? {};
    const trials = calibrated?.trials.map(({ what, error, kept }) => ({ what, ...error, kept })) ?? [];
    const { preprocessing } = details;
    return JSON.stringify({
      model: path,
      output: text.output,
      bytes: bytes.length,
      networkHash: hash,
      origin,
      calibration,
      preprocessing,
      trials,
    });
  }
  return [
    `${text.output}: ${bytesText(bytes.length)}, network ${hash}`,
    ...(calibrated === null ? [] : ['', trialTable(calibrated)]),
    '',
    `"slalom inspect ${text.output}" shows its certificate, "slalom run --model ${text.output} --image PHOTO" runs it.`,
  ].join('\n');
}

function trialTable({ trials, images }: CalibratedNetwork): string {
  const percent = (value: number): string => `${(100 * Math.sqrt(value)).toPrecision(3)} %`;
  const rows = trials.map(({ what, error, kept }) => [
    what,
    percent(error.relativeSquared),
    error.meanShift.toExponential(2),
    kept ? 'kept' : 'dropped',
  ]);
  return [
    `Calibrated on ${images} ${images === 1 ? 'picture' : 'pictures'}; on the first of them, outputs of the integers beside those of the floats:`,
    table(['', 'difference', 'mean shift', ''], rows),
  ].join('\n');
}
