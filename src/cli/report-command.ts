/** `slalom report`: one HTML file about a run or a benchmark, to keep or to send. */
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { decode } from '../boundary/codecs.js';
import { UsageError } from './exit.js';
import { readInput } from './read-input.js';
import { aBenchmark } from './report-page/benchmark-codec.js';
import { benchmarkPage } from './report-page/benchmark-page.js';
import { runFile } from './report-page/run-codec.js';
import { runPage } from './report-page/run-page.js';

/** The command line, as text. */
export interface ReportOptions {
  readonly output: string;
}

/** A minute of reading is nobody's report. */
const LARGEST_BYTES = 256 * 2 ** 20;

async function readJson(path: string): Promise<unknown> {
  const source = path === '-' ? 'standard input' : path;
  let content: string;
  if (path === '-') content = await text(process.stdin);
  else {
    const bytes = await readInput(path, 'report');
    if (bytes.length > LARGEST_BYTES) throw new UsageError(`report ${source}: the file is too large for a report.`);
    content = new TextDecoder().decode(bytes);
  }
  try {
    return JSON.parse(content);
  } catch {
    throw new UsageError(`report ${source}: this is not JSON; give what "slalom run --json" or "npm run bench" wrote.`);
  }
}

function decoded<A>(read: () => A, source: string): A {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`report ${source}: ${error.message}.`);
    throw error;
  }
}

function pageOf(value: unknown, source: string): string {
  const has = (key: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  if (has('howToRead')) return benchmarkPage(decoded(() => aBenchmark(value), source));
  if (has('slalom') && has('layers')) return runPage(decoded(() => decode(runFile, value, 'run'), source));
  throw new UsageError(
    `report ${source}: this is neither a run (of "slalom run --json" or "slalom faces --json") nor a benchmark.`,
  );
}

/**
 * Runs the command and returns what belongs on standard output: a sentence, or the page itself for the output `-`.
 * @throws UsageError when the file cannot be read, is no run and no benchmark, or contradicts itself
 */
export async function reportCommand(path: string, { output }: ReportOptions): Promise<string> {
  const page = pageOf(await readJson(path), path === '-' ? 'standard input' : path);
  if (output === '-') return page.trimEnd();
  try {
    await writeFile(output, page);
  } catch (error) {
    throw new UsageError(
      `--output ${output} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
  return `The report is in ${output}.`;
}
