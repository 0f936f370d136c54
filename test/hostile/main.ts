/**
 * `node --import tsx test/hostile/main.ts [--devices N] [--answers N] [--seed N] [--processes N] [--record FILE]`: tries that many
 * hostile devices and prints what became of them; `--seed N --path P` tries one again. Exits 1 if anything was found that must not be.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { closeArithmetics, join, nothing, openArithmetics, type Tally, tryMany, type Work } from './many.js';
import { summary } from './summary.js';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    answers: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '20181013' },
    processes: { type: 'string', default: '2' },
    path: { type: 'string' },
    record: { type: 'string' },
  },
});
const [devices, answers, seed, processes] = [values.devices, values.answers, values.seed, values.processes].map(
  Number,
) as [number, number, number, number];
const BATCH = 200;
const started = performance.now();
const tally = nothing();
let exits = 0;
let given = 0;
let interrupted = false;

function progress(): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(
    `\r\u001b[K${tally.devices} devices, ${tally.answers} answers, ${tally.failures.length + exits} failures`,
  );
}

/** Devices that are refused at once give few answers; the others make up for them. */
function next(): Work | null {
  const enough = given >= devices && tally.answers >= answers;
  if (interrupted || enough) return null;
  const work = { seed: seed + given / BATCH, devices: BATCH, answersEach: Math.ceil((answers / devices) * 1.5) };
  given += BATCH;
  return work;
}

function oneProcess(): Promise<void> {
  return new Promise((resolve) => {
    const child: ChildProcess = fork(new URL('./child.ts', import.meta.url), [], {
      execArgv: ['--no-warnings', '--import', 'tsx'],
    });
    let work: Work | null = null;
    child.on('message', (message: Tally | 'ready') => {
      if (message !== 'ready') join(tally, message);
      progress();
      work = next();
      child.send(work ?? 'end');
    });
    child.on('exit', (code, signal) => {
      if (work === null && code === 0) return resolve();
      exits++;
      console.error(`A process ended with ${signal ?? code} at seed ${work?.seed}.`);
      // Another one goes on with the rest.
      oneProcess().then(resolve);
    });
  });
}

process.on('SIGINT', () => {
  interrupted = true;
});

if (values.path !== undefined) {
  const arithmetics = await openArithmetics();
  join(tally, await tryMany({ seed, devices: 1, answersEach: 1000, path: values.path }, arithmetics));
  closeArithmetics(arithmetics);
} else await Promise.all(Array.from({ length: processes }, oneProcess));
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
const seconds = Math.round((performance.now() - started) / 1000);
const report = { ...summary(tally, exits), seed, seconds };
for (const { fault, what, seed, path } of tally.failures.slice(0, 20)) {
  console.log(`${fault}: ${what}\n  again: node --import tsx test/hostile/main.ts --seed ${seed} --path ${path}`);
}
if (interrupted) console.log('Interrupted: what follows is what was tried until then.');
console.log(JSON.stringify(report, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = tally.failures.length + exits === 0 ? 0 : 1;
