/** Devices that answer in odd memory: what is right there must be read right, and what is missing must not be made up. */
import type { DeviceOutput } from '../../../protocol/device.js';
import { type Call, type Kind, type Kinds, NOISE, thrower } from './kind.js';

type Buffers = (bytes: number, most: number) => ArrayBufferLike;

// Newer than the library types that this is compiled with.
const growable: Buffers = (bytes, most) =>
  new (SharedArrayBuffer as unknown as new (b: number, o: object) => SharedArrayBuffer)(bytes, { maxByteLength: most });
const resizable: Buffers = (bytes, most) =>
  new (ArrayBuffer as unknown as new (b: number, o: object) => ArrayBuffer)(bytes, { maxByteLength: most });
const grow = (buffer: ArrayBufferLike, bytes: number): void =>
  'grow' in buffer
    ? (buffer as unknown as { grow(bytes: number): void }).grow(bytes)
    : (buffer as unknown as { resize(bytes: number): void }).resize(bytes);

/** The type of array that an honest answer has in this mode. */
function typeOf({ mode, realm }: Call): typeof Int32Array | typeof Uint32Array {
  return mode === 'integers' ? realm.Int32Array : realm.Uint32Array;
}

/** The answer's entries in other memory. */
function placed(y: DeviceOutput, call: Call, buffer: ArrayBufferLike, offset = 0): DeviceOutput {
  const to = new (typeOf(call))(buffer as ArrayBuffer, offset, y.length);
  to.set(y);
  return to;
}

/** The truth, but elsewhere. */
function right(does: string, answer: (y: DeviceOutput, call: Call) => unknown): Kind {
  return {
    does,
    outcome: 'right result',
    hooks: () => ({ apply: async (call) => answer(await call.honest(), call) }),
  };
}

/** Nothing that could be the truth. */
function wrong(does: string, answer: (y: DeviceOutput, call: Call) => unknown): Kind {
  return { ...right(does, answer), outcome: 'IntegrityError' };
}

/** Answers at the end of one buffer that grows with every call. */
function growing(does: string, make: Buffers): Kind {
  return {
    does,
    outcome: 'right result',
    hooks: () => {
      let buffer: ArrayBufferLike | undefined;
      return {
        async apply(call) {
          const y = await call.honest();
          buffer ??= make(4, 2 ** 24);
          const start = buffer.byteLength;
          if (start + y.byteLength > 2 ** 24) return y;
          grow(buffer, start + y.byteLength);
          return placed(y, call, buffer, start);
        },
      };
    },
  };
}

/** See `SABOTAGES`. */
export const MEMORIES = {
  'growable-shared': growing('answers in shared memory that grows with every call', growable),
  'growable-own': growing('answers in memory that grows with every call', resizable),
  'growable-view': right('answers with a view that grew to the right length', (y, call) => {
    const buffer = growable(0, y.byteLength);
    const view = new (typeOf(call))(buffer as ArrayBuffer);
    grow(buffer, y.byteLength);
    view.set(y);
    return view;
  }),
  'growable-long': wrong('answers with a view that grew too long', (y, call) => {
    const buffer = growable(y.byteLength, y.byteLength + 4);
    const view = new (typeOf(call))(buffer as ArrayBuffer);
    view.set(y);
    grow(buffer, y.byteLength + 4);
    return view;
  }),
  shrunk: wrong('answers in memory that shrank', (y, call) => {
    const buffer = resizable(y.byteLength, y.byteLength);
    const view = placed(y, call, buffer);
    grow(buffer, y.byteLength - 4);
    return view;
  }),
  shared: right('answers in shared memory of its own', (y, call) =>
    placed(y, call, new SharedArrayBuffer(y.byteLength)),
  ),
  'shared-offset': right('answers in the middle of shared memory', (y, call) =>
    placed(y, call, new SharedArrayBuffer(y.byteLength + 32), 12),
  ),
  subarray: right('answers in a part of a larger array', (y, call) =>
    placed(y, call, new ArrayBuffer(y.byteLength + 8), 4),
  ),
  'foreign-realm': right('answers with arrays of another realm', (y, call) => typeOf(call).from(y)),
  message: right('answers in the memory of the message', (y, call) =>
    call.x.buffer.byteLength < y.byteLength ? y : placed(y, call, call.x.buffer),
  ),
  'message-detached': right('takes the memory of the message away', (y, { x }) => {
    if (x.buffer instanceof ArrayBuffer) structuredClone(x.buffer, { transfer: [x.buffer] });
    return y;
  }),
  'message-spoiled': right('writes over the message', (y, { x }) => {
    x.fill(7);
    return y;
  }),
  'into-spoiled': right('fills the room for the answer with sevens, and answers elsewhere', (y, { into }) => {
    into?.fill(7);
    return y;
  }),
  'late-writes': right('writes over its answer after it gave it', (y, call) => {
    const answer = placed(y, call, new SharedArrayBuffer(y.byteLength));
    setTimeout(() => answer.fill(7));
    return answer;
  }),
  methods: right('answers with an array whose own methods lie and throw', (y) =>
    Object.defineProperties(y, {
      length: { get: () => 1 },
      buffer: { get: thrower(NOISE) },
      subarray: { value: thrower(NOISE) },
      slice: { value: thrower(NOISE) },
      [Symbol.iterator]: { value: thrower(NOISE) },
      constructor: { get: thrower(NOISE) },
    }),
  ),
  detached: wrong('answers with an array whose memory is gone', (y) => {
    structuredClone(y.buffer, { transfer: [y.buffer as ArrayBuffer] });
    return y;
  }),
  partial: wrong('answers half of what was asked for', (y) => y.subarray(0, y.length >> 1)),
  doubled: wrong('answers twice in one answer', (y, call) => {
    const both = new (typeOf(call))(y.length * 2);
    both.set(y);
    both.set(y, y.length);
    return both;
  }),
  empty: wrong('answers with no entries', (y) => y.subarray(0, 0)),
  nothing: wrong('answers with nothing', () => undefined),
  list: wrong('answers with a list of numbers', (y) => [...y]),
  'bare-memory': wrong('answers with bare memory', (y) => y.buffer),
  proxy: wrong('answers with a proxy of the truth', (y) => new Proxy(y, {})),
  'proxy-throws': wrong(
    'answers with a proxy that throws',
    () =>
      new Proxy(new Uint32Array(1), {
        get: (_, key) => (key === 'then' ? undefined : thrower(NOISE)()),
        getPrototypeOf: thrower(NOISE),
      }),
  ),
  forged: wrong('answers with an object that looks like the truth', (y) =>
    Object.create(Object.getPrototypeOf(y) as object, { length: { value: y.length }, 0: { value: y[0] } }),
  ),
  'wrong-sign': wrong('answers with the bits of the truth in the other type', (y) =>
    y instanceof Int32Array ? new Uint32Array(y.buffer as ArrayBuffer) : new Int32Array(y.buffer as ArrayBuffer),
  ),
} satisfies Kinds;
