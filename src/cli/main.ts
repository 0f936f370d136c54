#!/usr/bin/env node
/** The `slalom` command. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { version } from '../formats/load/version.js';
import { addCalculations } from './calculation-commands.js';
import { deviceNames } from './devices.js';
import { exitCode, exitCodes, explain } from './exit.js';
import { defaultSoundnessBits, defaultThreads } from './options.js';
import { perform } from './perform.js';
import { reporter } from './progress.js';
import { tamperKinds } from './tamper.js';

const MODEL = 'a .slalom file, or a quantized model of another format';

function program(finish: (code: number) => void): Command {
  const report = reporter(process.stderr);
  const root = new Command('slalom')
    .description(
      'Runs a neural network on an untrusted device: every wrong answer is caught, and the device sees only noise.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'slalom: ')) })
    .showSuggestionAfterError();
  const promise = (command: Command): Command =>
    command
      .option('--integrity <on|off>', 'check every answer of the device', 'on')
      .option('--privacy <on|off>', 'blind everything the device receives', 'on')
      .option('--soundness-bits <n>', 'a wrong result is accepted with probability at most 2^-n', defaultSoundnessBits)
      .option(
        '--threads <n>',
        'threads of the trusted side, from 1 to 64; by default one per core, at most 8',
        defaultThreads,
      );
  const protect = (command: Command): Command =>
    promise(command)
      .option('--device <name>', `the untrusted device: auto, ${deviceNames.join(', ')}; or none`, 'wasm')
      .option('--plan <auto|all>', 'outsource what is cheaper to check than to compute, or all linear layers', 'auto')
      .option('--tamper <layer[:kind]>', `make the device lie in that linear layer: ${tamperKinds.join(', ')}`)
      .option('--json', 'print one JSON object');
  protect(
    root
      .command('run')
      .description('classify images with a quantized model')
      .requiredOption('--model <file>', MODEL)
      .requiredOption('--image <files...>', 'BMP, JPEG or PNG pictures, or folders of them')
      .option('--batch <n>', 'of several pictures, how many go through the network together', '8')
      .option('--labels <file>', 'one label per line'),
  ).action(async (options) => {
    const { runCommand } = await import('./run-command.js');
    finish(await perform((signal) => runCommand(options, report, signal)));
  });
  protect(
    root
      .command('faces')
      .description('find faces in a photo (by default one that comes with @vladmandic/face-api)')
      .option('--image <file>', 'a BMP, JPEG or PNG picture')
      .option('--output <file>', 'where to write the photo with the faces boxed', 'faces.png'),
  ).action(async (options) => {
    const { facesCommand } = await import('./faces-command.js');
    finish(await perform((signal) => facesCommand(options, report, signal)));
  });
  promise(
    root
      .command('plan')
      .description('show what each linear layer of a model costs the trusted side, and which are outsourced')
      .requiredOption('--model <file>', MODEL)
      .option('--json', 'print one JSON object'),
  ).action(async (options) => {
    const { planCommand } = await import('./plan-command.js');
    finish(await perform(() => planCommand(options, report)));
  });
  root
    .command('import')
    .description('turn a model into one .slalom file: quantized, certified, with all that a run needs')
    .argument('<model>', 'an ONNX, TensorFlow.js or TensorFlow Lite model, or a .slalom file')
    .requiredOption('-o, --output <file>', 'where to write the network')
    .option('--calibrate <files...>', 'of a float model: typical pictures, or folders of them')
    .option('--calibration <choice>', 'how ranges are chosen: min-max, percentile or mse (default: "min-max")')
    .option('--percentile <p>', 'with --calibration percentile: how much of each side is kept (default: 99.99)')
    .option('--no-equalize', 'do not try to equalize channels across layers')
    .option('--no-bias-correction', 'do not try to correct biases')
    .option(
      '--activation-bits <n>',
      '8 to 12: more where 8 bits lose too much; larger sums, so P24 fits less often',
      '8',
    )
    .option('--modulus <P24|M31>', 'P24: make weights coarser where sums would not fit the smaller modulus', 'M31')
    .option('--input-shape <n,n,...>', 'the shape of the input, where the file leaves it open')
    .option('--outputs <names...>', 'of a TensorFlow.js model: where the network ends, if not at its own outputs')
    .option('--range <low,high>', 'the real numbers that the colours 0 and 255 become (default: "0,1")')
    .option('--mean <r,g,b>', 'instead: of colours from 0 to 1, what is subtracted ...')
    .option('--std <r,g,b>', '... and what they are divided by then')
    .option('--fit <stretch|crop|pad|corner>', 'what becomes of pictures with other proportions (default: "stretch")')
    .option('--order <rgb|bgr>', 'the order of the colours (default: "rgb")')
    .option('--labels <file>', 'one label per line, kept in the file')
    .option('--threads <n>', 'threads, from 1 to 64; by default one per core, at most 8', defaultThreads)
    .option('--json', 'print one JSON object')
    .action(async (model, options) => {
      const { importCommand } = await import('./import-command.js');
      finish(await perform((signal) => importCommand(model, options, report, signal)));
    });
  root
    .command('inspect')
    .description('show what a network is, what each layer costs, and that nothing in it can wrap around')
    .argument('<model>', MODEL)
    .option('--json', 'print one JSON object')
    .action(async (model, options) => {
      const { inspectCommand } = await import('./inspect-command.js');
      finish(await perform(() => inspectCommand(model, options)));
    });
  root
    .command('devices')
    .description('list the devices this machine has, and whether they are exact')
    .option('--json', 'print one JSON list')
    .action(async (options) => {
      const { devicesCommand } = await import('./devices-command.js');
      finish(await perform((signal) => devicesCommand(options.json === true, report, signal)));
    });
  root
    .command('conformance')
    .description('test that a device is exact: one of ours by name, or a file whose default export opens a device')
    .requiredOption('--device <name|file>', `${deviceNames.join(', ')}, or a JavaScript module`)
    .option('--seed <n>', 'other test vectors', '20181013')
    .option('--json', 'print one JSON object')
    .action(async (options) => {
      const { conformanceCommand } = await import('./conformance-command.js');
      finish(await perform((signal) => conformanceCommand(options, report, signal)));
    });
  addCalculations(root, async (work) => finish(await perform(work)));
  return root;
}

/** Runs the command line and resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  try {
    await program((result) => {
      code = result;
    }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    process.stderr.write(`slalom: ${explain(error)}\n`);
    return exitCode(error);
  }
}

const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
