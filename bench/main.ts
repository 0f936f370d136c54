/** `npm run bench -- kernels|devices [options]`. Exits 2 with one sentence when it does not understand. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCode, exitCodes, explain } from '../src/cli/exit.js';
import { MODES } from './devices-time.js';
import { networkNames } from './layers.js';

function aCount(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value === 0) throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return value;
}

/** Every case once, to see that they all run; the numbers mean little, so nothing is written. */
async function quickKernels(): Promise<void> {
  const { wasmArithmetic } = await import('../src/fast/index.js');
  const { engineCases, layers } = await import('./engine-cases.js');
  const { copyCase, kernelCases } = await import('./kernel-cases.js');
  const { consumedTotal } = await import('./values.js');
  const arithmetic = await wasmArithmetic();
  const { streamCases } = await import('./stream-cases.js');
  const kernels = [await copyCase(), ...kernelCases(arithmetic), ...(await streamCases())];
  const engine = Object.entries(layers).flatMap(([layer, map]) => engineCases(arithmetic, layer, map));
  const cases = [...kernels.map(({ name, run }) => ({ name, prepare: () => run })), ...engine];
  const rows = cases.map(({ name, prepare }) => {
    const run = prepare();
    const start = performance.now();
    run();
    return { case: name, firstCallMs: Number((performance.now() - start).toPrecision(3)) };
  });
  arithmetic.close();
  console.table(rows);
  console.log(`all results together: ${consumedTotal()}`);
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

function program(): Command {
  const root = new Command('bench')
    .description('Measures this library; results go to bench/results.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'bench: ')) });
  root
    .command('kernels')
    .description('the trusted side: elementwise kernels against memory.copy, and the linear engine')
    .option('--quick', 'every case once, and write nothing')
    .action(async ({ quick }: { quick?: true }) => {
      if (quick === true) await quickKernels();
      else await import('./kernels.js');
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
