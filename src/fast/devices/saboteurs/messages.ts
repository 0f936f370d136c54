/** Devices in a thread of their own whose messages are hostile: the library's mailbox in front of a thread that does as it likes. */
import type { Device, DeviceOutput } from '../../../protocol/device.js';
import { distantDevice } from '../wasm/distant-device.js';
import { Mailbox } from '../wasm/mailbox.js';
import type { Answer, Request } from '../wasm/messages.js';
import { serve } from '../wasm/serve.js';
import type { Thread, ThreadHooks } from '../wasm/thread.js';
import { type Kind, type Kinds, NOISE, type Outcome } from './kind.js';

/** What the thread sends instead of the answer to an application: any number of messages of any kind. */
type Say = (answer: Answer & { readonly y?: DeviceOutput }) => readonly unknown[];

/** A thread that serves the device, but says `say` of what it should say about `apply`. */
function thread(served: Device, say: Say): Thread {
  let take: (request: Request) => void = () => {};
  let hooks: ThreadHooks | undefined;
  let over = false;
  const applying = new Set<number>();
  const post = (message: unknown): void => {
    let clone: unknown;
    try {
      clone = structuredClone(message);
    } catch {
      clone = undefined; // what cannot be cloned is not sent
    }
    if (!over) hooks?.message(clone);
  };
  serve(served, {
    listen: (listener) => {
      take = listener;
    },
    post: (answer) => {
      const messages = applying.delete(answer.id) ? say(answer as Parameters<Say>[0]) : [answer];
      for (const message of messages) post(message);
    },
  });
  return {
    listen: (listener) => {
      hooks = listener;
    },
    post(message, transfer) {
      const request = structuredClone(message, { transfer: [...transfer] }) as Request;
      if (request.job.verb === 'apply') applying.add(request.id);
      queueMicrotask(() => take(request));
    },
    awaited() {},
    end: async () => {
      over = true;
    },
  };
}

function saying(does: string, outcome: Outcome, say: () => Say, silent?: true): Kind {
  return {
    does: `sends ${does}`,
    outcome,
    ...(silent && { silent }),
    hooks: () => {
      const lines = say();
      return {
        async load({ map, mode, honest }) {
          const loaded = (await honest()) as Awaited<ReturnType<Device['load']>>;
          // The thread has this one map, and answers in memory that it may give away.
          const apply = async (x: Parameters<typeof loaded.apply>[0]): Promise<DeviceOutput> => loaded.apply(x.slice());
          const served: Device = {
            name: 'saboteur',
            limits: { maximumTransferBytes: 2 ** 30, concurrency: 2 },
            load: async () => ({ apply, release: () => void Promise.resolve(loaded.release()).catch(() => {}) }),
            close: async () => {},
          };
          const { name, limits } = served;
          const distant = distantDevice(new Mailbox(thread(served, lines), 'saboteur'), { name, limits });
          const far = await distant.load(map, mode);
          // Without room for the answer: whoever says nothing then has nothing to point at.
          return { apply: (x: Parameters<typeof far.apply>[0]) => far.apply(x), release: () => far.release() };
        },
      };
    },
  };
}

const instead =
  (message: (answer: Parameters<Say>[0]) => unknown): (() => Say) =>
  () =>
  (answer) => [message(answer)];

/** See `SABOTAGES`. */
export const MESSAGES = {
  'message-null': saying(
    'null',
    'DeviceError',
    instead(() => null),
  ),
  'message-undefined': saying(
    'undefined',
    'DeviceError',
    instead(() => undefined),
  ),
  'message-number': saying(
    'a number',
    'DeviceError',
    instead(() => 7),
  ),
  'message-text': saying(
    'terminal codes',
    'DeviceError',
    instead(() => NOISE),
  ),
  'message-list': saying(
    'a list',
    'DeviceError',
    instead(({ id, y }) => [id, y]),
  ),
  'message-no-id': saying(
    'an answer without a number',
    'DeviceError',
    instead(({ y }) => ({ y })),
  ),
  'message-odd-id': saying(
    'an answer under a number that is none',
    'DeviceError',
    instead(({ y }) => ({ id: {}, y })),
  ),
  'message-unknown': saying(
    'an answer that nobody asked for, and then the right one',
    'right result',
    () => (answer) => [{ ...answer, id: 1e6, y: new Uint32Array(3) }, answer],
  ),
  'message-doubled': saying('every answer, and then zeros under the same number', 'right result', () => (answer) => [
    answer,
    { ...answer, y: new Uint32Array(3) },
    { id: answer.id, failure: NOISE },
  ]),
  'message-other-id': saying(
    'answers under the number of a request to come',
    'DeviceError',
    instead((answer) => ({ ...answer, id: answer.id + 1000 })),
    true,
  ),
  'message-failure': saying(
    '9 kB of terminal codes as the reason',
    'DeviceError',
    instead(({ id }) => ({ id, failure: NOISE })),
  ),
  'message-failure-odd': saying(
    'a failure that is no text',
    'DeviceError',
    instead(({ id }) => ({ id, failure: { toString: 7 } })),
  ),
  'message-map': saying(
    'an answer that is no array',
    'DeviceError',
    instead(({ id }) => ({ id, y: new Map([[0, 0]]) })),
  ),
  'message-empty': saying(
    'an answer without entries',
    'DeviceError',
    instead(({ id }) => ({ id })),
  ),
} satisfies Kinds;
