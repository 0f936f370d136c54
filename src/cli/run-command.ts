/** `slalom run`: one image through one quantized network. */
import { basename } from 'node:path';
import { saboteur } from '../fast/index.js';
import { type Classification, classify, readLabels } from '../network/classification.js';
import { ModelError } from '../network/errors.js';
import { linearOperations } from '../network/graph.js';
import { quantizeInput, readImage, resizeBilinear } from '../network/image/index.js';
import { importTflite } from '../network/tflite/index.js';
import type { QuantizedNetwork } from '../reference/index.js';
import { type Executed, runOnce, withSession } from './execute.js';
import { UsageError } from './exit.js';
import { jsonCosts, jsonOutput, jsonProtection } from './json-result.js';
import { aProtection, type Protection, type ProtectionText } from './options.js';
import type { Reporter } from './progress.js';
import { readInput } from './read-input.js';
import { computedBy, costTable, guarantee } from './report.js';
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
  const labels = options.labels === undefined ? [] : await readLabelFile(options.labels);
  const tamper = aTamper(options.tamper, linearOperations(network).length, protection.device);
  const input = await prepareInput(network, options.image);
  const executed = await withSession(
    {
      network,
      protection,
      report,
      signal,
      lie: tamper && {
        layer: tamper.layer,
        disguise: (device, layer) => saboteur(device, { ...tamper, layer }),
      },
    },
    (session) => runOnce(session, input, signal),
  );
  const { values } = executed.result.outputs[0]!;
  const top = classify(network, network.outputs[0]!, values, labels).slice(0, SHOWN);
  if (!options.json) return textResult(options, protection, executed, top);
  return JSON.stringify({
    model: options.model,
    ...jsonProtection(protection, executed),
    top,
    output: jsonOutput(executed),
    ...jsonCosts(executed),
  });
}

async function readLabelFile(path: string): Promise<string[]> {
  const bytes = await readInput(path, '--labels');
  try {
    return readLabels(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new UsageError(`--labels ${path}: this is not a text file with one label per line.`);
  }
}

async function prepareInput(network: QuantizedNetwork, path: string): Promise<Int16Array> {
  const tensor = network.tensors[network.input]!;
  const [height, width, channels] = tensor.shape;
  if (tensor.shape.length !== 3 || channels !== 3) {
    throw new ModelError(`The model takes an input of shape [${tensor.shape}], but --image needs [height, width, 3].`);
  }
  return quantizeInput(resizeBilinear(await readImage(path), width!, height!), tensor);
}

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
    `${basename(options.model)} on ${basename(options.image)}, ${computedBy(protection, executed)}`,
    '',
    table(['label', 'index', 'probability'], rows),
    '',
    costTable(executed),
    '',
    guarantee(protection, executed),
  ].join('\n');
}
