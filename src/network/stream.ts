/** Many inputs, a few batches in flight, outputs in order. */

/** How a stream is cut and how far it runs ahead. */
export interface StreamOptions {
  /** Images that go through the layers together; 8 by default. */
  readonly batch: number;
  /** Batches in flight: while the device works on one, the trusted side works on another; 2 by default. */
  readonly inFlight: number;
  /** In private sessions: make missing pads on the way (the default), or fail with a PadError. */
  readonly prepare: boolean;
}

/** What a stream asks of its session. */
export interface StreamHooks<Result> {
  /** Sees to it that so many private inferences are prepared. */
  prepare(images: number): Promise<void>;
  run(batch: readonly Int16Array[]): Promise<readonly Result[]>;
}

const defaults: StreamOptions = { batch: 8, inFlight: 2, prepare: true };

function atLeastOne(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number from 1, not ${value}`);
  return value;
}

/** The next `count` inputs; fewer at the end. */
async function some(
  inputs: AsyncIterator<Int16Array> | Iterator<Int16Array>,
  count: number,
): Promise<{ batch: Int16Array[]; ended: boolean }> {
  const batch: Int16Array[] = [];
  while (batch.length < count) {
    const { done, value } = await inputs.next();
    if (done) return { batch, ended: true };
    batch.push(value);
  }
  return { batch, ended: false };
}

/**
 * Yields one result per input, in order. Inputs are read only when there is room for another batch.
 * @throws RangeError for wrong options; whatever the source or a run throws, once the runs before it were yielded
 */
export async function* streamInOrder<Result>(
  source: AsyncIterable<Int16Array> | Iterable<Int16Array>,
  options: Partial<StreamOptions>,
  hooks: StreamHooks<Result>,
): AsyncGenerator<Result, void, undefined> {
  const { batch: size, inFlight, prepare } = { ...defaults, ...options };
  atLeastOne(size, 'batch');
  atLeastOne(inFlight, 'inFlight');
  const inputs = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const running: Promise<readonly Result[]>[] = [];
  let ended = false;
  try {
    while (!ended || running.length > 0) {
      while (!ended && running.length < inFlight) {
        const next = await some(inputs, size);
        ended = next.ended;
        if (next.batch.length === 0) break;
        if (prepare) {
          try {
            await hooks.prepare(next.batch.length);
          } catch (error) {
            // A batch in flight that failed is why nothing more can be prepared: it is heard first.
            for (const run of running.splice(0)) yield* await run;
            throw error;
          }
        }
        const run = hooks.run(next.batch);
        // It is awaited in its turn; until then a failure is not an unhandled one.
        run.catch(() => {});
        running.push(run);
      }
      const first = running.shift();
      if (first !== undefined) yield* await first;
    }
  } finally {
    // Left early: what is in flight comes to its end, and the source may clean up.
    await Promise.allSettled(running);
    if (!ended) await inputs.return?.();
  }
}
