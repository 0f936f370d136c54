/** Runs one command from its start to its exit code. */
import { exitCode, exitCodes, explain, FailedReport } from './exit.js';

/** What a command does; its text goes to standard output. */
export type Work = (signal: AbortSignal) => Promise<string>;

/**
 * Runs one command: standard output gets its text only if it succeeds; Ctrl-C stops it where it looks at the signal, and a
 * second Ctrl-C at once.
 * @param program the name before its complaints
 * @returns the exit code
 */
export async function perform(work: Work, program = 'slalom'): Promise<number> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    process.stdout.write(`${await work(controller.signal)}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof FailedReport) process.stdout.write(`${error.report}\n`);
    process.stderr.write(`${program}: ${explain(error)}\n`);
    return exitCode(error);
  }
}
