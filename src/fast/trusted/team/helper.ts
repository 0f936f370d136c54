/** A helping thread: the same kernels over the same memory. It sleeps until there is a job and works until nothing is left. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { jobs } from '../jobs/index.js';
import { instantiateKernels } from '../kernels/instance.js';
import { ACTIVE, argumentsIn, CHUNKS, FAILED, GENERATION, HELPED, JOB, MAIL, NEXT, OPEN, SLEEPERS } from './control.js';
import { ForeignBytes } from './foreign.js';
import type { ForeignMemory } from './foreign-memory.js';
import { hostOf } from './host.js';

/** What the team tells a helper when it starts. */
export interface HelperData {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly port: MessagePort;
  readonly thread: number;
}

/** How often an idle helper looks before it goes to sleep: about a hundred microseconds, longer than most gaps in a stream. */
const PATIENCE = 20_000;

const { control, memory, module, port, thread } = workerData as HelperData;
const kernels = await instantiateKernels(module, memory);
const args = argumentsIn(control);
const foreign = new Map<number, ForeignBytes>();
let mail = 0;

const host = hostOf(kernels, memory, (id) => {
  const bytes = foreign.get(id);
  if (bytes === undefined) throw new Error('this memory was never shared with the thread');
  return bytes;
});

function readMail(): void {
  const posted = Atomics.load(control, MAIL);
  for (; mail !== posted; mail = (mail + 1) | 0) {
    const { id, buffer } = receiveMessageOnPort(port)!.message as ForeignMemory;
    if (buffer === undefined) foreign.delete(id);
    else foreign.set(id, new ForeignBytes(buffer));
  }
}

function work(): void {
  readMail();
  const job = jobs[control[JOB]!]!;
  const chunks = control[CHUNKS]!;
  for (;;) {
    const chunk = Atomics.add(control, NEXT, 1);
    if (chunk >= chunks) return;
    job(host, args, chunk, thread);
    Atomics.add(control, HELPED, 1);
  }
}

parentPort!.postMessage('ready');
let seen = 0;
for (;;) {
  for (let i = 0; i < PATIENCE && Atomics.load(control, GENERATION) === seen; i++);
  if (Atomics.load(control, GENERATION) === seen) {
    Atomics.add(control, SLEEPERS, 1);
    Atomics.wait(control, GENERATION, seen);
    Atomics.sub(control, SLEEPERS, 1);
  }
  seen = Atomics.load(control, GENERATION);
  Atomics.add(control, ACTIVE, 1);
  // The job may have been closed, or another one opened, since this thread saw the generation.
  const open = Atomics.load(control, OPEN);
  if (open !== 0) {
    seen = open;
    try {
      work();
    } catch {
      Atomics.store(control, FAILED, 1);
    }
  }
  Atomics.sub(control, ACTIVE, 1);
}
