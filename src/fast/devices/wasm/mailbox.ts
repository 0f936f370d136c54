/** Requests and their answers, matched by number; an end of the thread, however it comes, rejects what is open. */

import { LONGEST_LIST, LONGEST_REASON, printable, reasonOf } from '../../../boundary/printable.js';
import { DeviceError, DeviceUnavailableError } from '../../../protocol/errors.js';
import { ended } from '../within.js';
import { anAnswer } from './codec.js';
import type { Answer, Job, Request } from './messages.js';
import type { Thread } from './thread.js';

interface Open {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: DeviceError) => void;
}

/** The asking side of the device's thread. Nothing that the thread sends is believed: what is no answer ends it. */
export class Mailbox {
  readonly #thread: Thread;
  readonly #name: string;
  readonly #open = new Map<number, Open>();
  #next = 0;
  #ended: DeviceError | undefined;
  #closing: Promise<void> | undefined;

  /** @param name what messages call the device */
  constructor(thread: Thread, name: string) {
    this.#thread = thread;
    this.#name = name;
    thread.listen({
      message: (message) => this.#receive(message),
      ended: (reason) => this.#end(printable(reason, LONGEST_REASON)),
    });
  }

  /**
   * Sends a job and waits for its answer.
   * @throws DeviceError when the job failed or could not be sent, or the thread ended before it was done
   */
  ask(job: Job, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const request: Request = { id: this.#next++, job };
    return new Promise<Answer>((resolve, reject) => {
      // The process must wait for an answer, and for nothing else.
      if (this.#open.size === 0) this.#thread.awaited(true);
      this.#open.set(request.id, { resolve, reject });
      try {
        this.#thread.post(request, transfer);
      } catch (error) {
        this.#take(request.id);
        reject(new DeviceError(`The ${this.#name} device could not be asked: ${reasonOf(error)}.`));
      }
    });
  }

  #take(id: number): Open | undefined {
    const open = this.#open.get(id);
    if (open === undefined) return undefined;
    this.#open.delete(id);
    if (this.#open.size === 0) this.#thread.awaited(false);
    return open;
  }

  #receive(message: unknown): void {
    const answer = anAnswer(message);
    if (answer === null) {
      this.#end('it sent something that is no answer');
      void this.#endThread();
      return;
    }
    const open = this.#take(answer.id);
    if (open === undefined) return;
    const { failure, unavailable } = answer;
    if (failure === undefined) open.resolve(answer);
    else if (unavailable === true) open.reject(new DeviceUnavailableError(printable(failure, LONGEST_LIST)));
    else open.reject(new DeviceError(`The ${this.#name} device failed: ${printable(failure, LONGEST_REASON)}.`));
  }

  #end(reason: string): void {
    this.#ended ??= new DeviceError(`The ${this.#name} device cannot be used: ${reason}.`);
    for (const { reject } of this.#open.values()) reject(this.#ended);
    this.#open.clear();
  }

  /** Never rejects, and never takes long: a thread that does not end is left alone. */
  #endThread(): Promise<void> {
    this.#closing ??= ended(() => this.#thread.end());
    return this.#closing;
  }

  /** Ends the thread; open requests reject. */
  close(): Promise<void> {
    this.#end('it was closed');
    return this.#endThread();
  }
}
