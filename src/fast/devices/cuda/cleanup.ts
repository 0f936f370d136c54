/** What was acquired and how it is given back, in reverse order, whatever fails. */
export class Cleanup {
  readonly #steps: (() => void)[] = [];

  /** Runs `release` at the end, unless it is called before; either way it runs once. */
  add(release: () => void): () => void {
    const once = (): void => {
      const at = this.#steps.lastIndexOf(once);
      if (at < 0) return;
      this.#steps.splice(at, 1);
      release();
    };
    this.#steps.push(once);
    return once;
  }

  /** Runs every step. One that fails does not keep the others from running: at the end nobody could do anything about it. */
  run(): void {
    for (let last = this.#steps.at(-1); last !== undefined; last = this.#steps.at(-1)) {
      try {
        last();
      } catch {}
    }
  }
}
