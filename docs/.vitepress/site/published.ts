/** The table of published models, from what `npm run published` recorded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { root } from './pages.js';

const FILE = 'bench/results/published.json';

const measure = t.type({ what: t.string, value: t.union([t.number, t.null]) });
const runs = t.type({ pictures: t.number, equal: t.number, outsourced: t.number, soundnessBits: t.number });
const answer = t.type({ picture: t.string, rival: t.string, float: t.string, quantized: t.string });

const row = t.type({
  name: t.string,
  package: t.string,
  rival: t.string,
  input: t.array(t.number),
  calibrationPictures: t.number,
  activationBits: t.number,
  answers: t.array(answer),
  floatMeasures: t.array(measure),
  quantizedMeasures: t.array(measure),
  networkHash: t.string,
  linearLayers: t.number,
  macs: t.number,
  modulus: t.string,
  verified: runs,
  private: runs,
  failures: t.array(t.string),
});
type Row = t.TypeOf<typeof row>;

const report = t.type({
  command: t.string,
  date: t.string,
  machine: t.type({ processor: t.string, processors: t.number, node: t.string }),
  packages: t.array(t.type({ name: t.string, version: t.string })),
  rows: t.array(row),
});

function readReport(text: string): t.TypeOf<typeof report> {
  const decoded = report.decode(JSON.parse(text));
  if (isLeft(decoded)) {
    throw new TypeError(`${FILE} is not what the site expects: ${PathReporter.report(decoded as never)[0]}`);
  }
  return decoded.right;
}

/** Nothing that Markdown or Vue would read as more than text. */
const plain = (text: string): string => text.replace(/[|<>{}*_`[\]]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function number(value: number | null): string {
  if (value === null) return 'no difference';
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(3);
}

const measures = (all: Row['floatMeasures']): string =>
  all.map(({ what, value }) => `${plain(what)}: ${number(value)}`).join('<br>');

function tableRow(entry: Row): string {
  const { verified, private: privately } = entry;
  const exact = `${verified.equal} + ${privately.equal} of ${verified.pictures + privately.pictures}`;
  const cells = [
    plain(entry.name),
    measures(entry.floatMeasures),
    measures(entry.quantizedMeasures),
    exact,
    `${verified.outsourced} of ${entry.linearLayers}`,
    `${(entry.macs / 1e6).toLocaleString('en', { maximumFractionDigits: 0 })} million`,
    entry.modulus,
    `2<sup>−${privately.soundnessBits}</sup>`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function details(entry: Row): string[] {
  const rows = entry.answers.map(
    ({ picture, rival, float, quantized }) => `| ${[picture, rival, float, quantized].map(plain).join(' | ')} |`,
  );
  const failed = entry.failures.map((failure) => `**Missed:** ${plain(failure)}.`);
  return [
    `### ${plain(entry.name)}`,
    '',
    `${plain(entry.package)}; beside ${plain(entry.rival)}. Input ${entry.input.join(' × ')}; ${entry.activationBits}-bit activations, calibrated on ${entry.calibrationPictures} pictures; network \`${entry.networkHash.slice(0, 16)}\`.`,
    '',
    ...failed,
    ...(failed.length > 0 ? [''] : []),
    '| picture | its own runtime | our float network | quantized |',
    '|---|---|---|---|',
    ...rows,
    '',
  ];
}

/** Tables in Markdown. @throws TypeError naming the first field that is missing or wrong */
export function publishedTables(text = readFileSync(join(root, FILE), 'utf8')): string {
  const { rows, packages, machine, date, command } = readReport(text);
  const versions = packages.map(({ name, version }) => `${name} ${version}`).join(', ');
  return [
    `\`${command}\` on ${date}, ${plain(machine.processor)}, ${machine.processors} processors, Node ${machine.node}; ${plain(versions)}.`,
    '',
    '## Agreement',
    '',
    '| network | float beside its runtime | quantized beside float | exact | outsourced | multiplications | modulus | error of an inference |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(tableRow),
    '',
    '## Answers',
    '',
    ...rows.flatMap(details),
  ].join('\n');
}
