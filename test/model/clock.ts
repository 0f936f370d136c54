/** Time that passes only when a test says so: `setTimeout` and `clearTimeout` of this process, replaced for a while. */

interface Timer {
  readonly delayMs: number;
  readonly ring: () => void;
}

export class Clock {
  readonly #timers = new Map<object, Timer>();
  // Whole, so that what passed is exactly what the test says: (a + b) - a is not always b.
  readonly #started = Math.floor(performance.now());
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  install(): void {
    const set = (ring: () => void, delayMs = 0): object => {
      const handle = {};
      this.#timers.set(handle, { delayMs, ring });
      return handle;
    };
    const clear = (handle: object): void => {
      this.#timers.delete(handle);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    this.during(0);
  }

  remove(): void {
    Object.assign(globalThis, this.#real);
    // What was put in its place is the object's own; the real one is inherited.
    Reflect.deleteProperty(performance, 'now');
  }

  /** The timer that was set last: what a call that has just been made waits for. */
  get newest(): object | undefined {
    return [...this.#timers.keys()].at(-1);
  }

  ring(handle: object): void {
    const timer = this.#timers.get(handle);
    this.#timers.delete(handle);
    timer?.ring();
  }

  /** Lets `work` see a clock that is ahead by so much, and whoever runs before the next call of this. */
  during(aheadMs: number, work: () => void = () => {}): void {
    performance.now = () => this.#started + aheadMs;
    work();
  }

  /** Rings everything that waits for its turn only. */
  ringDue(): void {
    for (const [handle, { delayMs }] of [...this.#timers]) if (delayMs === 0) this.ring(handle);
  }

  forget(): void {
    this.#timers.clear();
  }
}

/** Lets every promise that can go on do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What became of a promise: "ok", the name of its error, or null while it waits. */
export class Outcome<T> {
  name: string | null = null;
  value: T | undefined;

  constructor(promise: Promise<T>) {
    promise.then(
      (value) => {
        this.value = value;
        this.name = 'ok';
      },
      (error: unknown) => {
        this.name = error instanceof Error ? error.name : 'unknown';
      },
    );
  }
}
