/** The thread at the other end of a device's mailbox, whatever kind of thread it is. */

/** What a thread reports. */
export interface ThreadHooks {
  message(data: unknown): void;
  /** It can answer no more. */
  ended(reason: string): void;
}

/** A thread, or a way to one. */
export interface Thread {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Called once, before anything is posted. */
  listen(hooks: ThreadHooks): void;
  /** Whether an answer is awaited: where threads can keep a process alive, only then shall this one. */
  awaited(yes: boolean): void;
  end(): Promise<void>;
}
