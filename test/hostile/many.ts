/** Many devices in this process, several at once, so that those that are silent hold up nobody. */
import * as fc from 'fast-check';
import { wasmArithmetic } from '../../src/fast/index.js';
import { referenceArithmetic } from '../../src/protocol/index.js';
import { shown } from './ours.js';
import { type Program, program } from './program.js';
import { type Arithmetics, type Fault, type Trial, tryDevice } from './trial.js';

/** Something that must not be, and how to see it again. */
export interface Failure {
  readonly fault: Fault | 'unhandled rejection';
  readonly what: string;
  readonly seed: number;
  readonly path: string;
}

export interface Tally {
  devices: number;
  answers: number;
  sessions: number;
  readonly outcomes: Record<string, number>;
  readonly failures: Failure[];
}

export const nothing = (): Tally => ({ devices: 0, answers: 0, sessions: 0, outcomes: {}, failures: [] });

/** Adds up. */
export function join(into: Tally, more: Tally): void {
  into.devices += more.devices;
  into.answers += more.answers;
  into.sessions += more.sessions;
  for (const [name, count] of Object.entries(more.outcomes)) into.outcomes[name] = (into.outcomes[name] ?? 0) + count;
  into.failures.push(...more.failures);
}

/** What the trusted side computes with. */
export async function openArithmetics(): Promise<Arithmetics> {
  const [one, two] = [await wasmArithmetic(), await wasmArithmetic({ threads: 2 })];
  return { 'one thread': one, 'two threads': two, reference: referenceArithmetic() };
}

export function closeArithmetics(arithmetics: Arithmetics): void {
  for (const arithmetic of Object.values(arithmetics)) arithmetic.close();
}

/** The programs of one seed, or one of them, by its path. */
export function programsOf(seed: number, devices: number, path?: string): { program: Program; path: string }[] {
  if (path !== undefined) return [{ program: fc.sample(program, { seed, path, numRuns: 1 })[0]!, path }];
  return fc.sample(program, { seed, numRuns: devices }).map((one, index) => ({ program: one, path: String(index) }));
}

const AT_ONCE = 64;

export interface Work {
  readonly seed: number;
  readonly devices: number;
  /** Answers that each device should give. */
  readonly answersEach: number;
  readonly path?: string | undefined;
}

/** Tries the seed's devices; rejections that nobody handles meanwhile are failures too. */
export async function tryMany({ seed, devices, answersEach, path }: Work, arithmetics: Arithmetics): Promise<Tally> {
  const tally = nothing();
  const waiting = programsOf(seed, devices, path);
  const current = new Set<string>();
  const note = (reason: unknown): void => {
    tally.failures.push({ fault: 'unhandled rejection', what: shown(reason), seed, path: [...current].join(' or ') });
  };
  const take = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { program, path } = next;
      current.add(path);
      const trial: Trial = await tryDevice(program, arithmetics, answersEach, seed);
      current.delete(path);
      const failures = trial.found.map((found) => ({ ...found, seed, path }));
      join(tally, { devices: 1, answers: trial.answers, sessions: trial.sessions, outcomes: trial.outcomes, failures });
    }
  };
  process.on('unhandledRejection', note);
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    process.off('unhandledRejection', note);
  }
  return tally;
}
