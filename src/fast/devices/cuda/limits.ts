/** What this card and its bus can do at most, measured with the very functions that the device uses. */
import type { Cleanup } from './cleanup.js';
import { allocate } from './device-memory.js';
import type { Pointer } from './koffi.js';
import type { Lane } from './lane.js';
import type { PinnedPool } from './pinned-pool.js';
import type { Pipeline } from './pipeline.js';

/** How much is measured with; the defaults suit a data-centre card and take about a second. */
export interface LimitSizes {
  /** Bytes of one copy, 256 MiB by default. */
  readonly copyBytes?: number;
  /** Rows, channels and depth of the matrix product, a multiple of 32, 8192 by default. */
  readonly productSize?: number;
  /** How often each is done for the mean, 10 by default. */
  readonly repeats?: number;
}

/** Times work in lanes by the card's clock: from the first lane's start to the last lane's end. */
class Stopwatch {
  readonly #pipeline: Pipeline;
  readonly #events: readonly (readonly [start: Pointer, end: Pointer])[];

  constructor(pipeline: Pipeline, lanes: number, undo: Cleanup['add']) {
    const { driver } = pipeline.context;
    const event = (): Pointer => {
      const created = driver.createEvent(true);
      undo(() => driver.destroyEvent(created));
      return created;
    };
    this.#pipeline = pipeline;
    this.#events = Array.from({ length: lanes }, () => [event(), event()] as const);
  }

  async ms(lanes: readonly Lane[], work: (lane: Lane, index: number) => void): Promise<number> {
    const { context, events } = this.#pipeline;
    const { driver } = context;
    context.enter();
    lanes.forEach((lane, index) => {
      driver.record(this.#events[index]![0], lane.stream);
      work(lane, index);
      driver.record(this.#events[index]![1], lane.stream);
    });
    await Promise.all(lanes.map((lane) => events.done(lane.stream)));
    context.enter();
    const [origin] = this.#events[0]!;
    return Math.max(...lanes.map((_, index) => driver.elapsedMs(origin, this.#events[index]![1])));
  }
}

/**
 * Copies of page-locked memory each way and both ways at once, in GB/s (10^9), and the library's own int8 product, in
 * TOPS (10^12 multiplications and additions per second).
 */
export async function measureLimits(
  pipeline: Pipeline,
  pool: PinnedPool,
  { copyBytes = 2 ** 28, productSize = 8192, repeats = 10 }: LimitSizes = {},
): Promise<Record<string, number>> {
  const { context, lanes } = pipeline;
  const { driver, blas } = context;
  const [first, second] = [lanes[0]!, lanes[1]!];
  const undo: (() => void)[] = [];
  const add: Cleanup['add'] = (release) => {
    const once = context.cleanup.add(release);
    undo.push(once);
    return once;
  };
  const take = (bytes: number): Pointer => {
    const block = allocate(context, bytes);
    undo.push(block.free);
    return block.address;
  };
  const host = [pool.take(copyBytes), pool.take(copyBytes)] as const;
  context.enter();
  try {
    const watch = new Stopwatch(pipeline, 2, add);
    const n = productSize;
    const card = [take(copyBytes), take(copyBytes)] as const;
    const [rows, weights, sums] = [take(n * n), take(n * n), take(n * n * 4)];
    // Not zeros: some cards compute those faster.
    driver.fill(rows, 0x5a, n * n, first.stream);
    driver.fill(weights, 0xa7, n * n, first.stream);
    const many = (work: () => void): void => {
      for (let i = 0; i < repeats; i++) work();
    };
    const copyIn = (lane: Lane): void => many(() => driver.copyIn(card[0], host[0].address, copyBytes, lane.stream));
    const copyOut = (lane: Lane): void => many(() => driver.copyOut(host[1].address, card[1], copyBytes, lane.stream));
    const multiply = (lane: Lane): void => {
      const shape = { rowCount: n, channelCount: n, depth: n, stride: n };
      many(() => blas.multiply(lane.blas, { rows, weights, sums, ...shape }));
    };
    const measured = async (work: (lane: Lane, index: number) => void, used: readonly Lane[]): Promise<number> => {
      await watch.ms(used, work);
      return (await watch.ms(used, work)) / repeats;
    };
    const both = (lane: Lane, index: number): void => (index === 0 ? copyIn(lane) : copyOut(lane));
    const inMs = await measured(copyIn, [first]);
    const outMs = await measured(copyOut, [first]);
    const bothMs = await measured(both, [first, second]);
    const productMs = await measured(multiply, [first]);
    return {
      'pinned copy in, GB/s': copyBytes / inMs / 1e6,
      'pinned copy out, GB/s': copyBytes / outMs / 1e6,
      'pinned copies both ways, GB/s': (2 * copyBytes) / bothMs / 1e6,
      'int8 matrix product, TOPS': (2 * n ** 3) / productMs / 1e9,
    };
  } finally {
    for (const lane of lanes) lane.drain();
    for (const release of undo) release();
    for (const block of host) pool.give(block);
  }
}
