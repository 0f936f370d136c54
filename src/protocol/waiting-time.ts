/** How long an inference has waited for the device: while several layers wait at once, time counts once. */
export class WaitingTime {
  #pastMs = 0;
  #since = 0;
  #waiting = 0;

  /** Milliseconds, those of waits that still go on included. */
  get ms(): number {
    return this.#pastMs + (this.#waiting > 0 ? performance.now() - this.#since : 0);
  }

  /** A wait begins. */
  begin(): void {
    if (this.#waiting++ === 0) this.#since = performance.now();
  }

  /** One of the waits is over. */
  end(): void {
    this.#pastMs = this.ms;
    this.#since = performance.now();
    this.#waiting--;
  }
}
