/**
 * The trusted threads: one that calls and some that help, over one memory. A job is cut into chunks; everybody takes the
 * next one until none is left, and the call returns when all are done. So the trusted side stays a sequence of steps, and
 * each step is as fast as the threads together.
 */
import { isOrdinary } from '../../../boundary/array-buffers.js';
import { type JobName, jobNames, jobs } from '../jobs/index.js';
import type { KernelInstance } from '../kernels/instance.js';
import {
  ACTIVE,
  argumentsIn,
  CHUNKS,
  FAILED,
  GENERATION,
  HELPED,
  JOB,
  MAIL,
  MOST_ARGUMENTS,
  makeLocalControl,
  NEXT,
  OPEN,
  SLEEPERS,
} from './control.js';
import { ForeignBytes } from './foreign.js';
import type { ForeignMemory } from './foreign-memory.js';
import { type Host, hostOf } from './host.js';

/** How often the caller looks whether the others are done before it lets the system run them. */
const PATIENCE = 20_000;

/** A thread that helps, as the team needs it. */
export interface Helper {
  /** Makes memory known to it. */
  post(message: ForeignMemory): void;
  end(): void;
}

/** Opened with `openTeam`, or `soloTeam` where there are no threads; belongs to one memory. */
export class Team {
  /** All threads, the calling one included. */
  readonly threads: number;
  readonly #helpers: readonly Helper[];
  readonly #control: Int32Array;
  readonly #arguments: Int32Array;
  readonly #host: Host;
  readonly #known = new Map<number, WeakRef<ForeignBytes>>();
  /** Keeps the windows for as long as somebody has the buffer it shows. */
  readonly #views = new WeakMap<ArrayBufferLike, ForeignBytes>();
  readonly #numbers = new WeakMap<ArrayBufferLike, number>();
  readonly #collected = new FinalizationRegistry<number>((id) => this.#forget(id));
  #next = 1;
  #broken = false;

  constructor({ kernels, memory }: KernelInstance, control: Int32Array, helpers: readonly Helper[]) {
    this.threads = helpers.length + 1;
    this.#helpers = helpers;
    this.#control = control;
    this.#arguments = argumentsIn(control);
    this.#host = hostOf(kernels, memory, (id) => this.#known.get(id)!.deref()!);
  }

  /** How many chunks were done by other threads than the calling one. */
  get helped(): number {
    return Atomics.load(this.#control, HELPED);
  }

  /** False after `close`, and after a helper failed. */
  get usable(): boolean {
    return !this.#broken;
  }

  /**
   * Makes memory outside the kernels' known to jobs.
   * @returns its number, or null when other threads could not reach it: it is not shared, and there are helpers
   */
  share(buffer: ArrayBufferLike): number | null {
    if (isOrdinary(buffer) && this.#helpers.length > 0) return null;
    const known = this.#numbers.get(buffer);
    if (known !== undefined) return known;
    const id = this.#next++;
    this.#numbers.set(buffer, id);
    const view = new ForeignBytes(buffer);
    this.#views.set(buffer, view);
    this.#known.set(id, new WeakRef(view));
    this.#collected.register(buffer, id);
    if (!isOrdinary(buffer)) this.#post({ id, buffer: buffer as SharedArrayBuffer });
    return id;
  }

  #forget(id: number): void {
    this.#known.delete(id);
    this.#post({ id });
  }

  #post(message: ForeignMemory): void {
    if (this.#helpers.length === 0) return;
    for (const helper of this.#helpers) helper.post(message);
    Atomics.add(this.#control, MAIL, 1);
  }

  /**
   * Does all chunks of a job and returns when they are done.
   * @throws Error when a helper failed; what it worked on is then undefined, and the team is of no more use
   */
  run(name: JobName, args: readonly number[], chunks: number): void {
    if (this.#broken) throw new Error('the trusted threads were closed, or one of them failed');
    if (args.length > MOST_ARGUMENTS) throw new RangeError('a job has too many arguments');
    const job = jobs[jobNames.indexOf(name)]!;
    for (let i = 0; i < args.length; i++) this.#arguments[i] = args[i]!;
    if (chunks <= 1 || this.#helpers.length === 0) {
      for (let chunk = 0; chunk < chunks; chunk++) job(this.#host, this.#arguments, chunk, 0);
      return;
    }
    const control = this.#control;
    control[JOB] = jobNames.indexOf(name);
    control[CHUNKS] = chunks;
    Atomics.store(control, NEXT, 0);
    const generation = this.#open();
    try {
      for (;;) {
        const chunk = Atomics.add(control, NEXT, 1);
        if (chunk >= chunks) break;
        job(this.#host, this.#arguments, chunk, 0);
      }
    } finally {
      // Helpers that wake up later find the job closed; those at work are waited for.
      Atomics.store(control, NEXT, chunks);
      Atomics.compareExchange(control, OPEN, generation, 0);
      this.#wait();
    }
    if (Atomics.load(control, FAILED) !== 0) {
      this.#broken = true;
      throw new Error('a trusted thread failed');
    }
  }

  /** Until nobody is at work; a helper that the system holds up is not waited for at full speed. */
  #wait(): void {
    for (let spins = 0; Atomics.load(this.#control, ACTIVE) > 0; spins++) {
      if (spins > PATIENCE) Atomics.wait(this.#control, ACTIVE, Atomics.load(this.#control, ACTIVE), 0.05);
    }
  }

  /** Generations are never 0, which means that no job is open. */
  #open(): number {
    const control = this.#control;
    const generation = (Atomics.load(control, GENERATION) + 1) | 0 || 1;
    Atomics.store(control, OPEN, generation);
    Atomics.store(control, GENERATION, generation);
    if (Atomics.load(control, SLEEPERS) > 0) Atomics.notify(control, GENERATION);
    return generation;
  }

  /** Ends the helpers. */
  close(): void {
    this.#broken = true;
    for (const helper of this.#helpers) helper.end();
  }
}

/** A team of the calling thread alone. */
export function soloTeam(instance: KernelInstance): Team {
  return new Team(instance, makeLocalControl(), []);
}

/** Chunks per thread when there is enough work: a thread that is held up then delays the others little. */
const CHUNKS_PER_THREAD = 4;

/** Shorter stretches cost more in calls than they give. */
const SMALLEST = 512;

/**
 * Entries per chunk: a multiple of 8, `most` when there is plenty of work, fewer when all threads would not get some.
 */
export function tileFor(length: number, most: number, threads: number): number {
  const fair = Math.ceil(length / (threads * CHUNKS_PER_THREAD) / 8) * 8;
  return threads === 1 ? most : Math.min(most, Math.max(SMALLEST, fair));
}

/** Rows per chunk, of `count` images with `rows` rows of `rowEntries` entries: chunks of at least SMALLEST entries. */
export function rowsFor(rows: number, rowEntries: number, count: number, threads: number): number {
  if (threads === 1) return rows;
  const fair = Math.ceil((rows * count) / (threads * CHUNKS_PER_THREAD));
  return Math.min(rows, Math.max(1, fair, Math.ceil(SMALLEST / rowEntries)));
}
