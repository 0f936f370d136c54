/** The tables of the page about accuracy, from what `npm run accuracy` recorded. */
import type { Results, Row } from '../../../bench/accuracy/results.js';

const share = (percent: number): string => `${percent.toFixed(2)} %`;
const count = (value: number): string => value.toLocaleString('en');
const points = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)} points`;

/** What is shown, in this order, and how. */
const LINES: readonly (readonly [string, (row: Row) => string])[] = [
  ['parameters', ({ parameters }) => count(parameters)],
  ['ONNX file', ({ fileBytes }) => `${count(fileBytes)} bytes`],
  ['images', ({ images }) => count(images)],
  ['float, top-1', ({ float }) => share(float.top1)],
  ['quantized in the clear, top-1', ({ quantized }) => share(quantized.top1)],
  ['quantized minus float', ({ differencePoints }) => points(differencePoints)],
  ['Slalom verified, top-1', ({ verified }) => share(verified.top1)],
  ['Slalom private, top-1', ({ private: hidden }) => share(hidden.top1)],
  [
    'images with any logit unlike in the clear',
    ({ verified, private: hidden }) =>
      `${count(verified.differingImages)} verified, ${count(hidden.differingImages)} private`,
  ],
  ['linear layers on the device', ({ layers, outsourced }) => `${outsourced} of ${layers}`],
  ['soundness', ({ soundnessBits }) => `${soundnessBits} bits`],
];

const WITNESSES: readonly (readonly [string, (row: Row) => string])[] = [
  ['float, top-1, as PyTorch measured it', ({ training }) => share(training.pytorchTop1)],
  ['float, top-1, here', ({ float }) => share(float.top1)],
  [
    'images that onnxruntime-node puts in another class',
    ({ runtime }) => (runtime === null ? 'not installed' : count(runtime.disagreeing)),
  ],
  [
    'largest distance of its logits from ours',
    ({ runtime }) => (runtime === null ? 'not installed' : String(runtime.largestDistance)),
  ],
  ['images that quantizing puts in another class', ({ quantized }) => count(quantized.disagreeing)],
  ['trained for', ({ training }) => `${training.epochs} epochs, ${training.minutes} minutes, seed ${training.seed}`],
  ['network hash', ({ networkHash }) => `\`${networkHash.slice(0, 16)}…\``],
];

function markdownTable(rows: readonly Row[], lines: typeof LINES): string {
  const cells = [
    ['', ...rows.map(({ network }) => network)],
    ['---', ...rows.map(() => '---:')],
    ...lines.map(([name, cell]) => [name, ...rows.map(cell)]),
  ];
  return cells.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function origin(results: Results): string {
  const { command, date, machine, versions, threads, batch, device, calibrationImages } = results;
  const runtime = versions.onnxruntime === null ? '' : `, onnxruntime-node ${versions.onnxruntime}`;
  return (
    `\`${command}\`, ${date}: ${machine.processor} with ${machine.processors} processors, Node ${machine.node}${runtime}; ` +
    `device \`${device}\`, ${threads} trusted threads, batches of ${batch}; calibrated on ${calibrationImages} training images.`
  );
}

/** The parts that docs/accuracy.md includes, by name. */
export function accuracyParts(records: readonly Results[]): Map<string, string> {
  const rows = records.map(({ row }) => row);
  const origins = [...new Set(records.map(origin))];
  return new Map([
    ['table', `${markdownTable(rows, LINES)}\n\n${origins.join('\n\n')}\n`],
    ['witnesses', `${markdownTable(rows, WITNESSES)}\n`],
  ]);
}
