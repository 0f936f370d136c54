/** `npm run bench -- trusted|offline|devices|end-to-end [options]`. Exits 2 with one sentence when it does not understand. */
import { availableParallelism } from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCode, exitCodes, explain } from '../src/cli/exit.js';
import { MODES } from './devices-time.js';
import { MODES as MODES_END_TO_END, NETWORKS } from './end-to-end/options.js';
import { networkNames } from './layers.js';

function aCount(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value === 0) throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return value;
}

function aFileName(text: string): string {
  if (!/^[a-z0-9-]{1,60}\.json$/.test(text)) throw new InvalidArgumentError('It must be a name like h100.json.');
  return text;
}

interface QuickText {
  readonly quick?: true;
  readonly json?: true;
}

interface DevicesText {
  readonly device: string;
  readonly batch: number;
  readonly inFlight: number;
  readonly network?: string;
  readonly mode?: string;
  readonly json?: true;
  readonly quick?: true;
}

async function devices({ device, batch, inFlight, network, mode, json, quick }: DevicesText): Promise<void> {
  const { benchDevices } = await import('./devices.js');
  const whole = network === undefined && mode === undefined && inFlight === 1;
  await benchDevices({
    device,
    batch,
    inFlight,
    networks: network === undefined ? networkNames : [network],
    modes: mode === undefined ? Object.keys(MODES) : [mode],
    json: json === true,
    quick: quick === true,
    write: whole && quick !== true,
  });
}

function counts(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), aCount(text)];
}

interface EndToEndText {
  readonly network?: (typeof NETWORKS)[number][];
  readonly mode?: (typeof MODES_END_TO_END)[number][];
  readonly plan: ('all' | 'auto')[];
  readonly device: string;
  readonly threads?: number[];
  readonly batch?: number[];
  readonly size: number;
  readonly runs: number;
  readonly stream?: number;
  readonly inFlight: number;
  readonly rivals: boolean;
  readonly output?: string;
  readonly json?: true;
  readonly quick?: true;
}

async function endToEnd(text: EndToEndText): Promise<void> {
  const { benchEndToEnd } = await import('./end-to-end/run.js');
  const quick = text.quick === true;
  const narrowed = text.network ?? text.mode ?? text.threads ?? text.batch;
  const whole = !quick && narrowed === undefined && text.device === 'replay' && text.size === 224;
  const all = [...new Set([1, 2, availableParallelism()])].sort((a, b) => a - b);
  await benchEndToEnd({
    networks: text.network ?? (quick ? ['mobilenet-v1'] : NETWORKS),
    modes: text.mode ?? MODES_END_TO_END,
    plans: text.plan,
    device: text.device,
    threads: text.threads ?? (quick ? [2] : all),
    batches: text.batch ?? (quick ? [2] : [1, 16]),
    size: quick ? 64 : text.size,
    runs: quick ? 1 : text.runs,
    limitMs: quick ? 1 : 2500,
    rivals: text.rivals,
    inFlight: text.inFlight,
    streamAll: narrowed !== undefined,
    streamImages: text.stream ?? (quick ? 16 : narrowed === undefined ? 1000 : 0),
    json: text.json === true,
    output: text.output ?? (whole ? 'end-to-end.json' : null),
  });
}

function program(): Command {
  const root = new Command('bench')
    .description('Measures this library; results go to bench/results.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'bench: ')) });
  root
    .command('trusted')
    .description('the trusted side online: kernels beside memory.copy, and the phases of whole networks')
    .option('--json', 'print one JSON object')
    .option('--quick', 'every case briefly, and write nothing')
    .action(async ({ quick, json }: QuickText) => {
      const { benchTrusted } = await import('./trusted.js');
      await benchTrusted({ quick: quick === true, json: json === true });
    });
  root
    .command('offline')
    .description('the trusted side offline: the linear engine, challenges and pads')
    .option('--json', 'print one JSON object')
    .option('--quick', 'every case briefly, and write nothing')
    .action(async ({ quick, json }: QuickText) => {
      const { benchOffline } = await import('./offline.js');
      await benchOffline({ quick: quick === true, json: json === true });
    });
  root
    .command('devices')
    .description('an untrusted device: the linear layers of whole networks, copies included')
    .option('--device <name>', 'as for `slalom run`', 'wasm')
    .option('--batch <n>', 'images per call', aCount, 1)
    .option('--in-flight <n>', 'calls under way at the same time; a result of more than one is not written', aCount, 1)
    .addOption(new Option('--network <name>', 'only this network; its result is not written').choices(networkNames))
    .addOption(new Option('--mode <name>', 'only this mode; its result is not written').choices(Object.keys(MODES)))
    .option('--json', 'print one JSON object')
    .option('--quick', 'a few small layers once, and write nothing')
    .action(devices);
  root
    .command('end-to-end')
    .description('whole networks, beside onnxruntime-node and beside everything inside')
    .addOption(new Option('--network <name...>', 'only these').choices(NETWORKS))
    .addOption(new Option('--mode <mode...>', 'only these').choices(MODES_END_TO_END))
    .addOption(new Option('--plan <plan...>', 'what is outsourced').choices(['all', 'auto']).default(['all', 'auto']))
    .option('--device <name>', 'replay, which takes no time, or as for `slalom run`', 'replay')
    .option('--threads <n...>', 'trusted threads (default: 1, 2 and all)', counts)
    .option('--batch <n...>', 'images per run (default: 1 and 16)', counts)
    .option('--size <n>', 'side of the input image', aCount, 224)
    .option('--runs <n>', 'runs per measurement at most', aCount, 7)
    .option('--stream <n>', 'images of each stream at the end: of what was chosen, or of MobileNetV2', aCount)
    .option('--in-flight <n>', 'batches that a stream keeps in flight', aCount, 2)
    .option('--no-rivals', 'without onnxruntime-node')
    .option('--output <name>', 'write bench/results/NAME also when only a part is measured', aFileName)
    .option('--json', 'print one JSON object')
    .option('--quick', 'a small network once, and write nothing')
    .action(endToEnd);
  return root;
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  else {
    process.stderr.write(`bench: ${explain(error)}\n`);
    process.exitCode = exitCode(error);
  }
}
