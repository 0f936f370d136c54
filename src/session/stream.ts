/** Many inputs, a few batches in flight, outputs in order. */

import { someOptions } from '../boundary/validators.js';
import { IntegrityError, SessionError } from '../protocol/errors.js';
import { untilAborted } from '../protocol/until-aborted.js';

/** How a stream is cut and how far it runs ahead. */
export interface StreamOptions {
  /** Images that go through the layers together; 8 by default. */
  readonly batch: number;
  /** Batches in flight: while the device works on one, the trusted side works on another; 2 by default. */
  readonly inFlight: number;
  /** In private sessions: make missing pads on the way (the default), or fail with a PadError. */
  readonly prepare: boolean;
  /** Ends the stream when it fires: it throws the signal's reason at once, whatever the device does. */
  readonly signal?: AbortSignal | undefined;
}

/** What a stream asks of its session. */
export interface StreamHooks<Result> {
  /** Sees to it that so many private inferences are prepared. */
  prepare(images: number, signal: AbortSignal): Promise<void>;
  /** Rejects at once when the signal fires. */
  run(batch: readonly Int16Array[], signal: AbortSignal): Promise<readonly Result[]>;
}

const defaults = { batch: 8, inFlight: 2, prepare: true } as const;

function atLeastOne(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number from 1, not ${value}`);
  return value;
}

/** The next `count` inputs; fewer at the end. */
async function some(
  inputs: AsyncIterator<Int16Array> | Iterator<Int16Array>,
  count: number,
  signal: AbortSignal,
): Promise<{ batch: Int16Array[]; ended: boolean }> {
  const batch: Int16Array[] = [];
  while (batch.length < count) {
    const { done, value } = await untilAborted(Promise.resolve(inputs.next()), signal);
    if (done) return { batch, ended: true };
    batch.push(value);
  }
  return { batch, ended: false };
}

/**
 * What a run gave. A lie in a later batch ends the session, and then the batches before it fail, at once, for that reason only:
 * the lie is what is thrown.
 */
async function outcome<Result>(run: Promise<Result>, later: readonly Promise<unknown>[]): Promise<Result> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    for (const result of await Promise.allSettled(later)) {
      if (result.status === 'rejected' && result.reason instanceof IntegrityError) throw result.reason;
    }
    throw error;
  }
}

/** The source may clean up; whoever interrupted the stream does not wait for that. */
async function closed(
  inputs: AsyncIterator<Int16Array> | Iterator<Int16Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const closing = Promise.resolve(inputs.return?.());
  if (signal?.aborted === true) closing.catch(() => {});
  else await closing;
}

/**
 * Yields one result per input, in order. Inputs are read only when there is room for another batch.
 * @throws RangeError or TypeError for wrong options; the signal's reason when it fires; whatever the source or a run throws, once the runs before it were yielded
 */
export function streamInOrder<Result>(
  source: AsyncIterable<Int16Array> | Iterable<Int16Array>,
  options: Partial<StreamOptions>,
  hooks: StreamHooks<Result>,
): AsyncGenerator<Result, void, undefined> {
  // Fires when the stream is left, for whatever reason: then nobody wants what is in flight.
  const left = new AbortController();
  const stream = inOrder(source, options, hooks, left);
  const finished = stream.return.bind(stream);
  // A generator that waits would hear of it only after its wait.
  stream.return = (value) => {
    left.abort(new SessionError('The stream was left.'));
    return finished(value);
  };
  return stream;
}

async function* inOrder<Result>(
  source: AsyncIterable<Int16Array> | Iterable<Int16Array>,
  options: Partial<StreamOptions>,
  hooks: StreamHooks<Result>,
  left: AbortController,
): AsyncGenerator<Result, void, undefined> {
  const known = someOptions(options, { batch: true, inFlight: true, prepare: true, signal: true }, 'stream');
  const { batch: size, inFlight, prepare, signal } = { ...defaults, ...known };
  atLeastOne(size, 'batch');
  atLeastOne(inFlight, 'inFlight');
  const inputs = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const running: Promise<readonly Result[]>[] = [];
  const leave = (): void => left.abort(signal?.reason);
  let ended = false;
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', leave, { once: true });
    while (!ended || running.length > 0) {
      while (!ended && running.length < inFlight) {
        const next = await some(inputs, size, left.signal);
        ended = next.ended;
        if (next.batch.length === 0) break;
        if (prepare) {
          try {
            await hooks.prepare(next.batch.length, left.signal);
          } catch (error) {
            // A batch in flight that failed is why nothing more can be prepared: it is heard first.
            for (let run = running.shift(); run !== undefined; run = running.shift())
              yield* await outcome(run, running);
            throw error;
          }
        }
        const run = hooks.run(next.batch, left.signal);
        // It is awaited in its turn; until then a failure is not an unhandled one.
        run.catch(() => {});
        running.push(run);
      }
      const first = running.shift();
      if (first !== undefined) yield* await outcome(first, running);
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    // Left early: what is in flight is ended, and the source may clean up.
    left.abort(new SessionError('The stream was left.'));
    await Promise.allSettled(running);
    if (!ended) await closed(inputs, signal);
  }
}
