/** The commands that run no network: `slalom soundness` and `slalom report`. */
import type { Command } from 'commander';
import { presetNames } from '../calculator/index.js';

/** Adds them to the program; `finish` performs the work and ends the command. */
export function addCalculations(root: Command, finish: (work: () => Promise<string>) => Promise<void>): void {
  root
    .command('soundness')
    .description('calculate what parameters guarantee and cost; exit 1 when the target is missed')
    .option('--network <file|zoo>', 'a model or .slalom file, or a network of the zoo: its real layers')
    .option('--layers <n>', 'or how many linear layers the device computes')
    .option('--preset <name>', `where to start: ${presetNames.join(', ')}`, 'default')
    .option('--target-bits <n>', 'a wrong result shall be accepted with probability at most 2^-n')
    .option('--target-per <inference|check>', 'of what the target speaks')
    .option('--session-bits <n>', 'the same of a whole session, besides')
    .option('--inferences <n>', 'inferences that share the challenges of a session')
    .option('--repetitions <n>', 'k; by default the fewest that meet the target')
    .option('--check-modulus <q>', 'a prime, such as 2^24-3')
    .option('--challenge-set <n>', 'how many residues coordinates are drawn from; by default all')
    .option('--structure <full|rank-one>', 'of challenges')
    .option('--pad-modulus <p>', 'by default the smaller of 2^24-3 and 2^31-1 that fits')
    .option('--on-reject <poison|continue>', 'whether the first reject ends the session')
    .option('--privacy <on|off>', 'whether inputs are blinded')
    .option('--pads-per-second <n>', 'private inferences a second')
    .option('--pad-lifetime <seconds>', 'how long a pad waits until it is used')
    .option('--trusted-macs <n>', 'multiply-accumulates a second of the trusted side, offline')
    .option('--trusted-entries <n>', 'entries a second that the trusted side folds, online')
    .option('--device-macs <n>', 'multiply-accumulates a second of the device')
    .option('--link-bytes <n>', 'bytes a second between the two')
    .option('--json', 'print one JSON object')
    .option('--md', 'print Markdown')
    .action(async (options) => {
      const { soundnessCommand } = await import('./soundness/command.js');
      await finish(() => soundnessCommand(options));
    });
  root
    .command('report')
    .description('write one self-contained HTML file about a run or a benchmark')
    .argument('<file>', 'what "slalom run --json" printed, or a file of bench/results; - reads standard input')
    .option('-o, --output <file>', 'where to write it; - prints it', 'report.html')
    .action(async (file, options) => {
      const { reportCommand } = await import('./report-command.js');
      await finish(() => reportCommand(file, options));
    });
}
