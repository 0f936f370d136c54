/** The answering side of a device's thread: any device, asked through messages. Whoever asks is not believed either. */

import { isTypedArray } from '../../../boundary/array-buffers.js';
import { LONGEST_LIST, reasonOf } from '../../../boundary/printable.js';
import { aLinearMap, inputLength, outputLength } from '../../../model/linear-map.js';
import { aModulus } from '../../../model/modulus.js';
import type { Device, DeviceOutput, LoadedMap } from '../../../protocol/device.js';
import { DeviceUnavailableError } from '../../../protocol/errors.js';
import { type CallShape, inputCount } from '../input-count.js';
import { aJob, aRequest } from './codec.js';
import { type Answer, detachable, type Job } from './messages.js';

/** Where requests come from and answers go. */
export interface Counter {
  listen(take: (request: unknown) => void): void;
  post(answer: Answer, transfer: readonly ArrayBuffer[]): void;
}

interface Reply {
  readonly content: Omit<Answer, 'id'>;
  readonly transfer: readonly ArrayBuffer[];
}

const DONE: Reply = { content: {}, transfer: [] };

/** The device's own answer, or nothing when it was written where the asking side reads it. */
function replyWith(y: DeviceOutput, into: DeviceOutput | undefined): Reply {
  if (y === into) return DONE;
  if (!isTypedArray(y)) throw new Error('the device gave no array');
  // A device's shared memory, and the rest of a larger buffer, are its own.
  const { array, buffer } = detachable(y);
  return { content: { y: array }, transfer: [buffer] };
}

/** What a handle stands for. */
interface Served {
  readonly loaded: LoadedMap;
  readonly shape: CallShape;
}

/** Throws unless input and room fit the map; kernels look at neither. */
function aCall({ shape }: Served, { x, into }: Extract<Job, { verb: 'apply' }>): void {
  const length = inputCount(x, shape) * shape.outputs;
  if (into === undefined) return;
  const type = shape.mode === 'integers' ? Int32Array : Uint32Array;
  if (!(into instanceof type) || into.length !== length) {
    throw new RangeError(`expected room for ${length} entries in an ${type.name}`);
  }
}

/** Answers requests in turn. A device that is still being opened may be served already; requests then wait for it. */
export function serve(served: Device | Promise<Device>, counter: Counter): void {
  const opened = Promise.resolve(served);
  // Whoever asks hears of it.
  opened.catch(() => {});
  const known = new Map<number, Served | 'loading'>();
  const find = (handle: number): Served => {
    const map = known.get(handle);
    if (map === undefined || map === 'loading') throw new Error('this map was released');
    return map;
  };
  const load = async (device: Device, { handle, map, mode }: Extract<Job, { verb: 'load' }>): Promise<Reply> => {
    aLinearMap(map);
    if (mode !== 'integers') aModulus(mode);
    if (known.has(handle)) throw new Error('this handle is in use');
    const { maximumTransferBytes } = device.limits;
    const shape = { mode, inputs: inputLength(map), outputs: outputLength(map), maximumTransferBytes };
    known.set(handle, 'loading');
    try {
      known.set(handle, { loaded: await device.load(map, mode), shape });
    } catch (error) {
      known.delete(handle);
      throw error;
    }
    return DONE;
  };
  const work = async (request: unknown): Promise<Reply> => {
    const device = await opened;
    const job = aJob(request);
    switch (job.verb) {
      case 'describe':
        return { content: { description: { name: device.name, limits: { ...device.limits } } }, transfer: [] };
      case 'close':
        await device.close();
        return DONE;
      case 'load':
        return load(device, job);
      case 'apply': {
        const map = find(job.handle);
        aCall(map, job);
        return replyWith(await map.loaded.apply(job.x, job.into), job.into);
      }
      case 'release': {
        const { loaded } = find(job.handle);
        known.delete(job.handle);
        await loaded.release();
        return DONE;
      }
    }
  };
  const fail = (id: number, error: unknown): void =>
    counter.post(
      { id, failure: reasonOf(error, LONGEST_LIST), unavailable: error instanceof DeviceUnavailableError },
      [],
    );
  counter.listen((message) => {
    const request = aRequest(message);
    if (request === null) return;
    const { id, job } = request;
    work(job)
      .then(({ content, transfer }) => counter.post({ id, ...content }, transfer))
      // Also when an answer cannot be posted: whoever asked must not wait for ever.
      .catch((error: unknown) => fail(id, error))
      // A port that takes nothing has nobody behind it.
      .catch(() => {});
  });
}
