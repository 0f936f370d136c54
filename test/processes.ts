/** Several processes, each of which runs one file of tests after another; a process that dies fails the file that it ran. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileResult, Message } from './file-runner.js';
import type { Which } from './suite.js';

const RUNNER = fileURLToPath(new URL('file-runner.ts', import.meta.url));

/** What is said of a file that takes longer than this, in seconds. */
const SLOW_S = 20;

/** Runs all files and prints what each of them says as soon as it is done. */
export async function runFiles(files: readonly string[], options: { jobs: number; which: Which }): Promise<FileResult> {
  const waiting = [...files];
  const sum: FileResult = { passed: 0, failed: 0, skipped: 0, elsewhere: 0 };
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      child ??= fork(RUNNER, [options.which], { execArgv: process.execArgv });
      const began = performance.now();
      const { result, text, ended } = await runFile(child, name);
      const seconds = Math.round((performance.now() - began) / 1000);
      process.stdout.write(text);
      if (seconds >= SLOW_S) console.log(`   ${name}: ${seconds} s`);
      if (ended) child = undefined;
      for (const key of Object.keys(sum) as (keyof FileResult)[]) sum[key] += result[key];
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  return sum;
}

/** One file in one process. */
function runFile(child: ChildProcess, name: string): Promise<{ result: FileResult; text: string; ended: boolean }> {
  return new Promise((resolve) => {
    let text = '';
    const died = (code: number | null, signal: string | null): void => {
      child.off('message', hear);
      const end = `FAIL ${name}: its process ended (${signal ?? `exit code ${code}`})\n`;
      resolve({ result: { passed: 0, failed: 1, skipped: 0, elsewhere: 0 }, text: text + end, ended: true });
    };
    const hear = (message: Message): void => {
      if ('text' in message) text += message.text;
      else {
        child.off('message', hear);
        child.off('exit', died);
        resolve({ result: message.result, text, ended: false });
      }
    };
    child.on('message', hear);
    child.once('exit', died);
    child.send(name);
  });
}
