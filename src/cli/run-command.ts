/** `slalom run`: one image through one quantized network. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Classification, classify, readLabels } from '../network/classification.js';
import { ModelError } from '../network/errors.js';
import { quantizeInput, readImage, resizeBilinear } from '../network/image/index.js';
import { storedCodes } from '../network/network-session.js';
import { importTflite } from '../network/tflite/index.js';
import { modulusName } from '../protocol/index.js';
import type { QuantizedNetwork } from '../reference/index.js';
import { type Executed, execute } from './execute.js';
import { UsageError } from './exit.js';
import { aProtection, type Protection, type ProtectionText } from './options.js';
import type { Reporter } from './progress.js';
import { costTable, guarantee } from './report.js';
import { table } from './table.js';
import { aTamper } from './tamper.js';

/** The command line, as text. */
export interface RunOptions extends ProtectionText {
  readonly model: string;
  readonly image: string;
  readonly labels?: string;
  readonly tamper?: string;
  readonly json?: boolean;
}

/** How many predictions are shown. */
const SHOWN = 5;

/** Runs the command and returns what belongs on standard output. */
export async function runCommand(options: RunOptions, report: Reporter, signal: AbortSignal): Promise<string> {
  const protection = aProtection(options);
  const network = importTflite(await readInput(options.model, '--model'), basename(options.model));
  const labels =
    options.labels === undefined
      ? undefined
      : readLabels(new TextDecoder().decode(await readInput(options.labels, '--labels')));
  const linearLayers = network.operations.filter(({ kind }) => kind === 'linear').length;
  const tamper = options.tamper === undefined ? null : aTamper(options.tamper, linearLayers);
  const input = await prepareInput(network, options.image);
  const executed = await execute({ network, input, protection, tamper, report, signal });
  const first = executed.result.outputs[0]!;
  const predictions = classify(network, network.outputs[0]!, first.values, labels).slice(0, SHOWN);
  if (options.json) return JSON.stringify(jsonResult(options, protection, executed, predictions));
  return textResult(options, protection, executed, predictions);
}

async function readInput(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`${option} ${path}: ${missing ? 'there is no such file' : 'the file cannot be read'}.`);
  }
}

async function prepareInput(network: QuantizedNetwork, path: string): Promise<Int16Array> {
  const tensor = network.tensors[network.input]!;
  const [height, width, channels] = tensor.shape;
  if (tensor.kind !== 'activation' || tensor.shape.length !== 3 || channels !== 3) {
    throw new ModelError(
      `The model takes an input of shape [${tensor.shape}], but --image needs one of [height, width, 3].`,
    );
  }
  return quantizeInput(resizeBilinear(await readImage(path), width!, height!), tensor);
}

function jsonResult(
  options: RunOptions,
  protection: Protection,
  executed: Executed,
  top: readonly Classification[],
): object {
  const { result, soundness, modulus, linearLayers, offlineMs } = executed;
  const output = result.outputs.map(storedCodes);
  return {
    model: options.model,
    device: protection.device,
    integrity: protection.integrity,
    privacy: protection.privacy,
    modulus: modulus === null ? 'integers' : modulusName(modulus),
    repetitions: soundness.repetitions,
    soundnessBits: soundness.inferenceBits,
    linearLayers,
    verifiedLayers: result.costs.verifiedLayers,
    top,
    output: output.length === 1 ? output[0] : output,
    bytesToDevice: result.costs.bytesToDevice,
    bytesFromDevice: result.costs.bytesFromDevice,
    offlineMs: round(offlineMs),
    onlineMs: round(result.onlineMs),
    trustedMs: round(result.trustedMs),
    deviceMs: round(result.costs.deviceMs),
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

function textResult(
  options: RunOptions,
  protection: Protection,
  executed: Executed,
  top: readonly Classification[],
): string {
  const rows = top.map(({ label, index, probability }) => [
    label,
    String(index),
    `${(100 * probability).toFixed(1)} %`,
  ]);
  return [
    `${basename(options.model)} on ${basename(options.image)}, linear layers on the untrusted device "${protection.device}"`,
    '',
    table(['label', 'index', 'probability'], rows),
    '',
    costTable(executed),
    '',
    guarantee(protection, executed),
  ].join('\n');
}
