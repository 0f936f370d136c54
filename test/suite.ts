/**
 * The one place that owns uvu. `suite(name)` returns uvu's test function; nobody calls `run` by hand, so it cannot be
 * forgotten; `file-runner.ts` runs every suite of every file and fails when a file registers nothing.
 */
import './uvu-setup.js';
import * as fc from 'fast-check';
import { suite as uvuSuite } from 'uvu';

type Handler = () => void | Promise<void>;

/** Which tests run: those of `npm test`, those of `npm run test:long`, or all. */
export type Which = 'quick' | 'long' | 'all';

/** uvu's test function, with a limit on how long one test may take. */
export interface Test {
  (name: string, handler: Handler, limitMs?: number): void;
  before(handler: Handler): void;
  after(handler: Handler): void;
  /** A test that takes long: `npm run test:long` runs it. */
  long(name: string, handler: Handler, limitMs?: number): void;
  /** Counts and prints a test that cannot run on this machine, with the reason. */
  skip(name: string, reason: string): void;
}

export interface Registered {
  readonly name: string;
  readonly run: () => void;
  /** Tests that are run here, and those that are not because of what was selected. */
  count: number;
  elsewhere: number;
}

let which: Which = 'all';

/** Says which tests the suites that are made from now on run. */
export function select(wanted: Which): void {
  which = wanted;
}

/** Every suite made so far, in order. */
export const registered: Registered[] = [];

const DEFAULT_LIMIT_MS = 120_000;

/** Rejections that nobody heard of since the last test: each would have ended a user's process. */
let unheard: unknown[] = [];
process.on('unhandledRejection', (reason) => unheard.push(reason));

/** Lets what the test left behind come to light while it can still be told whose it is. */
export async function leavesNothingUnheard(name: string): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  const found = unheard;
  unheard = [];
  if (found.length > 0) throw new Error(`"${name}" left a rejection that nobody handles`, { cause: found[0] });
}

async function within(limitMs: number, name: string, handler: Handler): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${name}" took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([handler(), late]);
  } catch (error) {
    // What it left behind is its own, not the next one's; the first failure is what is told.
    await leavesNothingUnheard(name).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
  await leavesNothingUnheard(name);
}

/** Makes a named suite. */
export function suite(name: string): Test {
  const inner = uvuSuite(name);
  const entry: Registered = { name, run: () => inner.run(), count: 0, elsewhere: 0 };
  registered.push(entry);
  const add = (long: boolean, title: string, handler: Handler, limitMs = DEFAULT_LIMIT_MS): void => {
    if (which !== 'all' && long !== (which === 'long')) {
      entry.elsewhere++;
      return;
    }
    entry.count++;
    inner(title, () => within(limitMs, title, handler));
  };
  const test = (title: string, handler: Handler, limitMs?: number): void => add(false, title, handler, limitMs);
  test.long = (title: string, handler: Handler, limitMs?: number): void => add(true, title, handler, limitMs);
  test.before = (handler: Handler): void => inner.before(async () => handler());
  test.after = (handler: Handler): void => inner.after(async () => handler());
  test.skip = (title: string, reason: string): void => {
    if (which === 'long') {
      entry.elsewhere++;
      return;
    }
    entry.count++;
    console.log(`skipped: ${name}: ${title} (${reason})`);
    inner.skip(title);
  };
  return test;
}

/** The seed of every random test: fixed, so that CI is repeatable; `SLALOM_SEED=random` or a number explores. */
export const seed: number =
  process.env.SLALOM_SEED === 'random' ? Date.now() % 2 ** 31 : Number(process.env.SLALOM_SEED ?? 20181013);

/** fast-check's assert with the suite's seed; a failure prints the seed and the smallest counterexample. */
export function check(property: fc.IProperty<unknown> | fc.IAsyncProperty<unknown>, numRuns = 100): Promise<void> {
  return Promise.resolve(fc.assert(property as fc.IAsyncProperty<unknown>, { seed, numRuns }));
}
