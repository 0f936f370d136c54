/** `npm run accuracy [-- options]`: exits 1 when logits differ that must not, 2 with one sentence when it does not understand. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCodes } from '../../src/cli/exit.js';
import { perform } from '../../src/cli/perform.js';
import { FILES } from './dataset.js';
import { NETWORKS, type NetworkName } from './results.js';
import { type AccuracyOptions, accuracy } from './run.js';

function aCount(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value === 0) throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return value;
}

interface Options extends Omit<AccuracyOptions, 'networks' | 'subset' | 'json'> {
  readonly network: readonly NetworkName[];
  readonly subset?: number;
  readonly json?: true;
}

const program = new Command('accuracy')
  .description('The networks of training/fashion-mnist on the test pictures: float, quantized, verified and private.')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'accuracy: ')) })
  .addOption(new Option('--network <name...>', 'only these').choices(NETWORKS).default(NETWORKS))
  .option('--subset <n>', 'only the first pictures; nothing is written', aCount)
  .option('--images <file>', 'the test pictures, an IDX file', FILES.images)
  .option('--labels <file>', 'their classes, an IDX file', FILES.labels)
  .option('--calibrate <file>', 'the training pictures, an IDX file', FILES.calibrate)
  .option('--calibration-images <n>', 'how many of those, from the first, are used to calibrate', aCount, 256)
  .option('--threads <n>', 'threads of the trusted side', aCount, 2)
  .option('--batch <n>', 'pictures that go through the network together', aCount, 16)
  .option('--device <name>', 'as for `slalom run`', 'wasm')
  .option('--json', 'print one JSON list')
  .action(async ({ network, subset, json, ...rest }: Options) => {
    const options = { ...rest, networks: network, subset: subset ?? null, json: json === true };
    process.exitCode = await perform((signal) => accuracy(options, signal), 'accuracy');
  });

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
}
