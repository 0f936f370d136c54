/** Waiting for the card without blocking the process: events that are asked again and again, and reused. */
import type { CudaContext } from './context.js';
import type { Pointer } from './koffi.js';

/** For this long after something was queued or done it is asked in every turn of the event loop, then once a millisecond. */
const EAGER_MS = 2;

interface Waiting {
  readonly event: Pointer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The events of one context. */
export class Events {
  readonly #context: CudaContext;
  readonly #free: Pointer[] = [];
  #waiting: Waiting[] = [];
  #asking = false;
  #lastChange = 0;

  constructor(context: CudaContext) {
    this.#context = context;
  }

  /**
   * Resolves when everything that is in the stream now was done. The process stays alive until then.
   * @throws DeviceError when the event cannot be recorded
   */
  done(stream: Pointer): Promise<void> {
    const { driver, cleanup } = this.#context;
    let event = this.#free.pop();
    if (event === undefined) {
      const created = driver.createEvent(false);
      cleanup.add(() => driver.destroyEvent(created));
      event = created;
    }
    try {
      driver.record(event, stream);
    } catch (error) {
      this.#free.push(event);
      throw error;
    }
    const recorded = event;
    this.#lastChange = performance.now();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event: recorded, resolve, reject });
      if (!this.#asking) this.#schedule();
    });
  }

  #schedule(): void {
    this.#asking = true;
    if (performance.now() - this.#lastChange < EAGER_MS) setImmediate(() => this.#ask());
    else setTimeout(() => this.#ask(), 1);
  }

  #ask(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    for (const waiting of asked) {
      try {
        this.#context.enter();
        if (!this.#context.driver.reached(waiting.event)) {
          this.#waiting.push(waiting);
          continue;
        }
        waiting.resolve();
      } catch (error) {
        waiting.reject(error);
      }
      this.#free.push(waiting.event);
      this.#lastChange = performance.now();
    }
    if (this.#waiting.length > 0) this.#schedule();
    else this.#asking = false;
  }
}
