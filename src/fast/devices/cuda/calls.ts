/** Calls in flight: a few at a time, in order; closing rejects them all at once and then waits for the card. */
import { DeviceError } from '../../../protocol/errors.js';

interface Job {
  readonly start: () => void;
  readonly reject: (error: DeviceError) => void;
}

/** The calls of one device. */
export class Calls {
  readonly #limit: number;
  readonly #jobs = new Set<Job>();
  readonly #queue: Job[] = [];
  #active = 0;
  #closed = false;
  #idle: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  #closedError(): DeviceError {
    return new DeviceError('The cuda device was closed and cannot be used any more.');
  }

  /** Stops work that nobody waits for any more. */
  check(): void {
    if (this.#closed) throw this.#closedError();
  }

  /** Runs `work` when it is its turn. After `close` the result rejects, whatever `work` does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closedError());
    return new Promise<T>((resolve, reject) => {
      const job: Job = {
        reject,
        start: () => {
          this.#active++;
          work()
            .then(resolve, reject)
            .finally(() => this.#ended(job));
        },
      };
      this.#jobs.add(job);
      this.#queue.push(job);
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#active < this.#limit) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      job.start();
    }
  }

  #ended(job: Job): void {
    this.#active--;
    this.#jobs.delete(job);
    this.#startNext();
    if (this.#active === 0) this.#idle?.();
  }

  /** Rejects what is pending; resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    for (const { reject } of this.#jobs) reject(this.#closedError());
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
  }
}
