/** The answering side of a device's thread: any device, asked through messages. */
import type { Device, DeviceOutput, LoadedMap } from '../../../protocol/device.js';
import { DeviceUnavailableError } from '../../../protocol/errors.js';
import type { Answer, Job, Request } from './messages.js';

/** Where requests come from and answers go. */
export interface Counter {
  listen(take: (request: Request) => void): void;
  post(answer: Answer, transfer: readonly ArrayBuffer[]): void;
}

type Reply = Omit<Answer, 'id'>;

/** The device's own answer, or nothing when it was written where the asking side reads it. */
function replyWith(y: DeviceOutput, into: DeviceOutput | undefined): Reply {
  return y === into ? {} : { y };
}

/** Ordinary memory goes over as it is; a device's shared memory is its own, so that is copied. */
function transferOf({ y }: Reply): ArrayBuffer[] {
  return ArrayBuffer.isView(y) && y.buffer instanceof ArrayBuffer ? [y.buffer] : [];
}

/** Answers requests in turn. A device that is still being opened may be served already; requests then wait for it. */
export function serve(served: Device | Promise<Device>, counter: Counter): void {
  const opened = Promise.resolve(served);
  // Whoever asks hears of it.
  opened.catch(() => {});
  const loaded = new Map<number, LoadedMap>();
  const find = (handle: number): LoadedMap => {
    const map = loaded.get(handle);
    if (map === undefined) throw new Error('this map was released');
    return map;
  };
  const work = async (job: Job): Promise<Reply> => {
    const device = await opened;
    switch (job.verb) {
      case 'describe':
        return { description: { name: device.name, limits: { ...device.limits } } };
      case 'close':
        await device.close();
        return {};
      case 'load':
        loaded.set(job.handle, await device.load(job.map, job.mode));
        return {};
      case 'apply':
        return replyWith(await find(job.handle).apply(job.x, job.into), job.into);
      case 'release':
        find(job.handle).release();
        loaded.delete(job.handle);
        return {};
    }
  };
  counter.listen(({ id, job }) => {
    work(job).then(
      (reply) => counter.post({ id, ...reply }, transferOf(reply)),
      (error: unknown) => {
        const failure = error instanceof Error ? error.message : String(error);
        counter.post({ id, failure, unavailable: error instanceof DeviceUnavailableError }, []);
      },
    );
  });
}
