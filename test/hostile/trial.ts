/** One hostile device against sessions until it gave enough answers: whatever it does, results are right or the errors are ours. */
import { performance } from 'node:perf_hooks';
import { DeviceError, IntegrityError, type TrustedArithmetic } from '../../src/protocol/index.js';
import type { NetworkSession, Output } from '../../src/session/network-session.js';
import { NetworkSession as Sessions } from '../../src/session/network-session.js';
import { seededRandomness } from '../seeded-randomness.js';
import { deviceOf } from './device.js';
import { EXAMPLES, type Example } from './networks.js';
import { notOurs, shown } from './ours.js';
import type { Program } from './program.js';

/** Silence costs this long; so much more is a hang. */
const DEADLINE_MS = 200;
const HANG_MS = 10_000;

/** What must never be: each is counted, and each must be zero. */
export type Fault = 'wrong result' | 'hang' | 'foreign error';

export interface Found {
  readonly fault: Fault;
  readonly what: string;
}

export interface Trial {
  answers: number;
  sessions: number;
  /** How runs ended: `right`, or the error's name. */
  readonly outcomes: Record<string, number>;
  readonly found: Found[];
}

export type Arithmetics = Readonly<Record<Program['arithmetic'], TrustedArithmetic>>;

/** How many images go together: many where each is a call of its own. */
const IMAGES: Readonly<Record<Program['limits'], number>> = { roomy: 6, tiny: 48, one: 48, changing: 24 };

class Hang extends Error {}

/** What `work` gives, unless this process had nothing to do for so long: on a busy machine slow work is no hang. */
async function within<T>(work: Promise<T>): Promise<T> {
  const idleMs = (): number => performance.eventLoopUtilization().idle;
  const before = idleMs();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (idleMs() - before > HANG_MS) reject(new Hang());
    }, 500);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearInterval(timer);
  }
}

/** Runs in the program's way; reports each result with the number of its input. */
async function runs(
  session: NetworkSession,
  { way, limits }: Program,
  { inputs }: Example,
  first: number,
  result: (input: number, outputs: readonly Output[]) => void,
): Promise<void> {
  const numbers = Array.from({ length: way === 'single' ? 1 : IMAGES[limits] }, (_, i) => (first + i) % inputs.length);
  const images = numbers.map((number) => inputs[number]!);
  if (way === 'stream') {
    let index = 0;
    for await (const outputs of session.stream(images, { batch: Math.ceil(images.length / 3), inFlight: 2 }))
      result(numbers[index++]!, outputs);
    return;
  }
  await session.prepare(images.length);
  if (way === 'concurrent') {
    const four = [0, 1, 2, 3].map(async (part) => {
      const some = numbers.map((_, index) => index).filter((index) => index % 4 === part);
      const batch = await session.run(some.map((index) => images[index]!));
      for (const [at, index] of some.entries()) result(numbers[index]!, batch.images[at]!);
    });
    const ended = await Promise.allSettled(four);
    const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const worst =
      errors.find((error) => notOurs(error) !== null) ?? errors.find((error) => error instanceof IntegrityError);
    if (errors.length > 0) throw worst ?? errors[0];
    return;
  }
  const batch = await session.run(images);
  for (const [at, number] of numbers.entries()) result(number, batch.images[at]!);
}

/** @param wanted answers that the device should give; it gets new sessions until it did, or was refused often enough */
export async function tryDevice(
  program: Program,
  arithmetics: Arithmetics,
  wanted: number,
  seed: number,
): Promise<Trial> {
  const example = EXAMPLES[program.example]!;
  const trial: Trial = { answers: 0, sessions: 0, outcomes: {}, found: [] };
  const device = deviceOf(program, () => trial.answers++);
  const count = (outcome: string): void => {
    trial.outcomes[outcome] = (trial.outcomes[outcome] ?? 0) + 1;
  };
  const result = (input: number, outputs: readonly Output[]): void => {
    const values = outputs[0]!.values.join();
    if (values === example.truths[input]) count('right');
    else trial.found.push({ fault: 'wrong result', what: `${values} instead of ${example.truths[input]}` });
  };
  const failed = (error: unknown): void => {
    const problem = error instanceof Hang ? 'nothing happened for 10 s' : notOurs(error);
    if (problem === null) count((error as Error).name);
    else
      trial.found.push({ fault: error instanceof Hang ? 'hang' : 'foreign error', what: `${problem} ${shown(error)}` });
  };
  let refused = 0;
  let slow = 0;
  while (trial.answers < wanted && refused < 3 && slow < 2 && trial.sessions < 40 && trial.found.length === 0) {
    trial.sessions++;
    const before = performance.now();
    let session: NetworkSession | null = null;
    try {
      session = await within(
        Sessions.open({
          network: example.network,
          device,
          arithmetic: arithmetics[program.arithmetic],
          plan: 'all',
          parameters: { privacy: program.privacy, deviceTimeoutMs: DEADLINE_MS },
          randomness: seededRandomness(seed + trial.sessions),
        }),
      );
      for (let run = 0; trial.answers < wanted && run < 30; run++)
        await within(runs(session, program, example, run, result));
    } catch (error) {
      failed(error);
      if (session === null || error instanceof DeviceError) refused++;
      if (performance.now() - before > DEADLINE_MS) slow++;
    } finally {
      session?.close();
    }
  }
  return trial;
}
