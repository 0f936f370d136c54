/** Time that passes only when nothing else can happen, so that waiting takes no time and machines under load change nothing. */

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes the place of the timers and of `performance.now` from `install` to `uninstall`. */
export class VirtualClock {
  nowMs = 0;
  readonly #timers = new Map<object, Timer>();
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  install(): void {
    globalThis.setTimeout = ((run: () => void, ms = 0) => this.after(ms, run)) as typeof setTimeout;
    globalThis.clearTimeout = ((id: object) => void this.#timers.delete(id)) as typeof clearTimeout;
    Object.defineProperty(performance, 'now', { value: () => this.nowMs, configurable: true });
  }

  uninstall(): void {
    Object.assign(globalThis, this.#real);
    // What is under it is a function of the prototype.
    Reflect.deleteProperty(performance, 'now');
  }

  /** Does something later. */
  after(ms: number, run: () => void): object {
    const id = {};
    this.#timers.set(id, { atMs: this.nowMs + ms, run });
    return id;
  }

  /** Lets everything happen that happens in the next `ms` milliseconds. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    while (await this.#next(untilMs)) {}
    this.nowMs = untilMs;
  }

  /** What `work` comes to, in as much time as it takes. @throws Error when it waits for something that never happens */
  async settle<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    work.then(note, note);
    await turn();
    while (!settled) {
      if (!(await this.#next(Number.POSITIVE_INFINITY))) throw new Error('this waits for something that never happens');
    }
    return work;
  }

  /** Runs the first timer that is due until then; false if there is none. */
  async #next(untilMs: number): Promise<boolean> {
    const [first] = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs);
    if (first === undefined || first[1].atMs > untilMs) return false;
    const [id, { atMs, run }] = first;
    this.#timers.delete(id);
    this.nowMs = Math.max(this.nowMs, atMs);
    run();
    await turn();
    return true;
  }
}
