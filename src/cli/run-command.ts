/** `slalom run`: one image, or many, through one quantized network. */
import { basename } from 'node:path';
import { saboteur } from '../fast/index.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { linearOperations } from '../operations/graph.js';
import { type Classification, classify } from '../pictures/classification.js';
import type { Output } from '../session/network-session.js';
import { type Executed, type ExecutedOnce, runOnce, runStream, type Setup, withSession } from './execute.js';
import { jsonCosts, jsonOutput, jsonProtection } from './json-result.js';
import { jsonNetwork, type LoadedNetwork, loadNetwork, shortHash } from './load-network.js';
import { aNumber, aProtection, type Protection, type ProtectionText } from './options.js';
import { isClassifier, outputsTable } from './outputs-table.js';
import { picturePaths, prepareInput } from './pictures.js';
import type { Reporter } from './progress.js';
import { readLabelFile } from './read-labels.js';
import { computedBy, costTable, guarantee } from './report.js';
import { table } from './table.js';
import { aTamper } from './tamper.js';

/** The command line, as text. */
export interface RunOptions extends ProtectionText {
  readonly model: string;
  readonly image: readonly string[];
  readonly batch: string;
  readonly labels?: string;
  readonly tamper?: string;
  readonly json?: boolean;
}

/** How many predictions are shown of one image; of many, the first. */
const SHOWN = 5;

/** What the network says about one image. */
interface Result {
  readonly image: string;
  readonly top: readonly Classification[];
  readonly output: number[] | number[][];
}

/** Runs the command and returns what belongs on standard output. */
export async function runCommand(options: RunOptions, report: Reporter, signal: AbortSignal): Promise<string> {
  const protection = aProtection(options);
  const batch = aNumber(options.batch, '--batch', 1, 1024);
  const loaded = await loadNetwork(options.model, '--model');
  const { network } = loaded;
  const labels = options.labels === undefined ? loaded.labels : await readLabelFile(options.labels);
  const tamper = aTamper(options.tamper, linearOperations(network).length, protection.device);
  const lie = tamper && {
    layer: tamper.layer,
    disguise: (device: Parameters<typeof saboteur>[0], layer: number) => saboteur(device, { ...tamper, layer }),
  };
  const paths = await picturePaths(options.image);
  const many = paths.length > 1;
  const setup: Setup = { network, protection, report, signal, lie, quiet: many };
  const resultOf = (image: string, outputs: readonly Output[]): Result => ({
    image,
    top: classify(network, network.outputs[0]!, outputs[0]!.values, labels).slice(0, SHOWN),
    output: jsonOutput(outputs),
  });

  if (!many) {
    const input = await prepareInput(loaded, paths[0]!);
    const executed = await withSession(setup, (session) => runOnce(session, input, signal));
    const { top, output } = resultOf(paths[0]!, executed.result.outputs);
    if (!options.json) return textResult(options, loaded, paths[0]!, protection, executed, top);
    const costs = jsonCosts(executed);
    return JSON.stringify({
      model: options.model,
      ...jsonProtection(jsonNetwork(loaded), protection, executed),
      top,
      output,
      ...costs,
    });
  }

  const results: Result[] = [];
  const read = (index: number): Promise<Int16Array> => {
    signal.throwIfAborted();
    return prepareInput(loaded, paths[index]!);
  };
  const executed = await withSession(setup, (session) =>
    runStream(
      session,
      { count: paths.length, batch, read },
      (outputs, index) => {
        results.push(resultOf(paths[index]!, outputs));
        report.update({ phase: 'images', done: results.length, total: paths.length });
      },
      signal,
    ),
  );
  if (!options.json) return textOfMany(options, loaded, protection, executed, results);
  const costs = jsonCosts(executed);
  return JSON.stringify({
    model: options.model,
    ...jsonProtection(jsonNetwork(loaded), protection, executed),
    results,
    ...costs,
  });
}

/** The model as people know it, and the start of the hash that says which one it is. */
function named({ model }: RunOptions, network: QuantizedNetwork): string {
  return `${basename(model)} (network ${shortHash(network)})`;
}

const cells = ({ label, index, probability }: Classification): string[] => [
  label,
  String(index),
  `${(100 * probability).toFixed(1)} %`,
];

function textResult(
  options: RunOptions,
  { network }: LoadedNetwork,
  image: string,
  protection: Protection,
  executed: ExecutedOnce,
  top: readonly Classification[],
): string {
  return [
    `${named(options, network)} on ${basename(image)}, ${computedBy(protection, executed)}`,
    '',
    isClassifier(network)
      ? table(['label', 'index', 'probability'], top.map(cells))
      : outputsTable(executed.result.outputs),
    '',
    costTable(executed),
    '',
    guarantee(protection, executed),
  ].join('\n');
}

function textOfMany(
  options: RunOptions,
  { network }: LoadedNetwork,
  protection: Protection,
  executed: Executed,
  results: readonly Result[],
): string {
  const rows = results.map(({ image, top }) => [basename(image), ...cells(top[0]!)]);
  return [
    `${named(options, network)} on ${results.length} images in batches of ${options.batch}, ${computedBy(protection, executed)}`,
    '',
    table(['image', 'label', 'index', 'probability'], rows),
    '',
    costTable(executed),
    '',
    guarantee(protection, executed),
  ].join('\n');
}
