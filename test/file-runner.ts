/** A process that runs the files of tests it is told to, one after another: started by processes.ts. */
import { leavesNothingUnheard, registered, select, type Which } from './suite.js';
import { queue } from './uvu-setup.js';

/** How many tests of a file did what; `elsewhere`: those that this run leaves out because of `Which`. */
export interface FileResult {
  passed: number;
  failed: number;
  skipped: number;
  elsewhere: number;
}

/** What the process sends: what is printed, as it comes, and in the end the result. */
export type Message = { text: string } | { result: FileResult };

async function runFile(name: string): Promise<FileResult> {
  const [suitesBefore, queuedBefore] = [registered.length, queue().length];
  const result: FileResult = { passed: 0, failed: 0, skipped: 0, elsewhere: 0 };
  try {
    await import(new URL(name, import.meta.url).href);
  } catch (error) {
    console.log(`FAIL ${name} cannot be loaded:`, error);
    return { ...result, failed: 1 };
  }
  const added = registered.slice(suitesBefore);
  if (added.length === 0 || added.some((suite) => suite.count + suite.elsewhere === 0)) {
    console.log(`FAIL ${name} registers no tests`);
    result.failed++;
  }
  for (const suite of added) {
    result.elsewhere += suite.elsewhere;
    if (suite.count > 0) suite.run();
  }
  for (const runner of queue().slice(queuedBefore)) {
    const [errors, ran, skips, total] = await runner();
    result.passed += ran;
    result.skipped += skips;
    result.failed += total - ran;
    if (errors !== true) process.stdout.write(`\n${errors}\n`);
  }
  try {
    // What came before the first test or after the last one.
    await leavesNothingUnheard(name);
  } catch (error) {
    console.log('FAIL', error);
    result.failed++;
  }
  return result;
}

const tell = (message: Message): void => void process.send?.(message);

// Two files that run at once must not print into each other's lines: the process that started this one prints.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    tell({ text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
    const called = typeof encoding === 'function' ? encoding : done;
    if (typeof called === 'function') called();
    return true;
  }) as typeof stream.write;
}
select((process.argv[2] ?? 'all') as Which);
process.on('message', async (name: string) => tell({ result: await runFile(name) }));
process.on('disconnect', () => process.exit());
