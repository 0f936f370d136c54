/** Requests and their answers, matched by number; an end of the thread, however it comes, rejects what is open. */
import { DeviceError, DeviceUnavailableError } from '../../../protocol/errors.js';
import type { Answer, Job, Request } from './messages.js';
import type { Thread } from './thread.js';

interface Open {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: DeviceError) => void;
}

/** The asking side of the device's thread. */
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
      message: (answer) => this.#receive(answer as Answer),
      ended: (reason) => this.#end(reason),
    });
  }

  /**
   * Sends a job and waits for its answer.
   * @throws DeviceError when the job failed, or the thread ended before it was done
   */
  ask(job: Job, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const request: Request = { id: this.#next++, job };
    return new Promise<Answer>((resolve, reject) => {
      // The process must wait for an answer, and for nothing else.
      if (this.#open.size === 0) this.#thread.awaited(true);
      this.#open.set(request.id, { resolve, reject });
      this.#thread.post(request, transfer);
    });
  }

  #receive(answer: Answer): void {
    const { id, failure, unavailable } = answer;
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    if (this.#open.size === 0) this.#thread.awaited(false);
    if (failure === undefined) open.resolve(answer);
    else if (unavailable) open.reject(new DeviceUnavailableError(failure));
    else open.reject(new DeviceError(`The ${this.#name} device failed: ${failure}.`));
  }

  #end(reason: string): void {
    this.#ended ??= new DeviceError(`The ${this.#name} device cannot be used: ${reason}.`);
    for (const { reject } of this.#open.values()) reject(this.#ended);
    this.#open.clear();
  }

  /** Ends the thread; open requests reject. */
  close(): Promise<void> {
    this.#end('it was closed');
    this.#closing ??= this.#thread.end();
    return this.#closing;
  }
}
