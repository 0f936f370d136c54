/** Requests and their answers, matched by number; an end of the thread, however it comes, rejects what is open. */
import { Worker } from 'node:worker_threads';
import { DeviceError } from '../../../protocol/errors.js';
import type { Answer, Job, Request } from './messages.js';

type Result = Int32Array | Uint32Array | undefined;

interface Open {
  readonly resolve: (y: Result) => void;
  readonly reject: (error: DeviceError) => void;
}

/** The asking side of the device's thread. */
export class Mailbox {
  readonly #worker: Worker;
  readonly #open = new Map<number, Open>();
  #next = 0;
  #ended: DeviceError | undefined;
  #closing: Promise<void> | undefined;

  constructor(script: URL) {
    // The thread needs none of the process's flags, and some of them (--input-type) would stop it from starting.
    this.#worker = new Worker(script, { execArgv: [] });
    this.#worker.on('message', (answer: Answer) => this.#receive(answer));
    this.#worker.on('messageerror', (error) => this.#end(`an answer could not be read: ${error.message}`));
    this.#worker.on('error', (error: Error) => this.#end(`its thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.#end('its thread ended'));
  }

  /**
   * Sends a job and waits for its answer.
   * @throws DeviceError when the job failed, or the thread ended before it was done
   */
  ask(job: Job, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const request: Request = { id: this.#next++, job };
    return new Promise<Result>((resolve, reject) => {
      // The process must wait for an answer, and for nothing else.
      if (this.#open.size === 0) this.#worker.ref();
      this.#open.set(request.id, { resolve, reject });
      this.#worker.postMessage(request, transfer);
    });
  }

  #receive({ id, y, failure }: Answer): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    if (this.#open.size === 0) this.#worker.unref();
    if (failure === undefined) open.resolve(y);
    else open.reject(new DeviceError(`The wasm device failed: ${failure}.`));
  }

  #end(reason: string): void {
    this.#ended ??= new DeviceError(`The wasm device cannot be used: ${reason}.`);
    for (const { reject } of this.#open.values()) reject(this.#ended);
    this.#open.clear();
  }

  /** Ends the thread; open requests reject. */
  close(): Promise<void> {
    this.#end('it was closed');
    this.#closing ??= this.#worker.terminate().then(() => {});
    return this.#closing;
  }
}
