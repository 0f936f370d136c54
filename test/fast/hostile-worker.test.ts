/** A worker is untrusted: whatever it sends, or does not send, is an error of the device and of nothing else. */
import * as assert from 'uvu/assert';
import { workerDevice } from '../../src/fast/browser.js';
import { openCudaThread } from '../../src/fast/devices/cuda/thread.js';
import { aDescription } from '../../src/fast/devices/wasm/description.js';
import { distantDevice } from '../../src/fast/devices/wasm/distant-device.js';
import { wasmDescription } from '../../src/fast/devices/wasm/kernel-device.js';
import { Mailbox } from '../../src/fast/devices/wasm/mailbox.js';
import type { Answer } from '../../src/fast/devices/wasm/messages.js';
import { nodeThread } from '../../src/fast/devices/wasm/node-thread.js';
import { serve } from '../../src/fast/devices/wasm/serve.js';
import type { Thread, ThreadHooks } from '../../src/fast/devices/wasm/thread.js';
import {
  cudaDevice,
  cudaThread,
  openTfjs,
  saboteur,
  selfTest,
  tfjsDevice,
  wasmArithmetic,
  wasmDevice,
  webgpuDevice,
} from '../../src/fast/index.js';
import type { Device } from '../../src/protocol/device.js';
import { DeviceError, DeviceUnavailableError } from '../../src/protocol/errors.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { suite } from '../suite.js';

const test = suite('hostile workers');

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => assert.unreachable() as never,
    (error: Error) => error,
  );
}

async function refuses(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await failure(work);
  assert.instance(error, DeviceError);
  assert.match(error.message, message);
}

const script = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const worker = (onMessage: string): URL =>
  script(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', (request) => { ${onMessage} });`);

/** A thread that is driven by hand. */
function puppet(end: () => Promise<void> = async () => {}) {
  let hooks: ThreadHooks | undefined;
  let ends = 0;
  const thread: Thread = {
    post() {},
    listen: (given) => {
      hooks = given;
    },
    awaited() {},
    end: () => {
      ends++;
      return end();
    },
  };
  return { thread, say: (data: unknown) => hooks!.message(data), ends: () => ends };
}

const throwing = (field: string): object =>
  Object.defineProperty({}, field, {
    enumerable: true,
    get() {
      throw new Error('caught by nobody');
    },
  });

test('what is no answer ends the device, and not the process', async () => {
  const nonsense: unknown[] = [
    null,
    undefined,
    0,
    'hello',
    [],
    {},
    { id: '0' },
    { id: -1 },
    { id: 0.5 },
    { id: 0, y: [1, 2] },
    { id: 0, y: { length: 2 } },
    { id: 0, y: new DataView(new ArrayBuffer(4)) },
    { id: 0, failure: 7 },
    { id: 0, failure: 'no', unavailable: 'yes' },
    { id: 0, more: 1 },
    throwing('id'),
    throwing('y'),
    new Proxy({}, { getPrototypeOf: () => { throw new Error('caught by nobody'); } }), // biome-ignore format: one line each
  ];
  for (const message of nonsense) {
    const { thread, say, ends } = puppet();
    const mailbox = new Mailbox(thread, 'wasm');
    const asked = [mailbox.ask({ verb: 'describe' }), mailbox.ask({ verb: 'describe' })].map(failure);
    say(message);
    for (const error of await Promise.all(asked)) {
      assert.instance(error, DeviceError);
      assert.match(error.message, /sent something that is no answer/);
    }
    assert.is(ends(), 1, 'its thread was ended');
    await refuses(mailbox.ask({ verb: 'describe' }), /no answer/);
    await mailbox.close();
  }
});

test('an answer to nothing is ignored', async () => {
  const { thread, say } = puppet();
  const mailbox = new Mailbox(thread, 'wasm');
  const asked = mailbox.ask({ verb: 'describe' });
  say({ id: 7 });
  say({ id: 0 });
  say({ id: 0 });
  assert.equal(await asked, { id: 0 });
  await mailbox.close();
});

test('a real worker that sends null, or fails with null, is a DeviceError', async () => {
  await refuses(wasmDevice({ script: worker('parentPort.postMessage(null)') }), /no answer/);
  await refuses(wasmDevice({ script: script('throw null') }), /cannot be used/);
});

test('what a worker says went wrong is made harmless', async () => {
  const { thread, say } = puppet();
  const mailbox = new Mailbox(thread, 'wasm');
  for (const unavailable of [false, true]) {
    const asked = failure(mailbox.ask({ verb: 'describe' }));
    say({ id: Number(unavailable), failure: `\u001b[31mred\u0007\n${'x'.repeat(9000)}`, unavailable });
    const error = await asked;
    assert.is(error instanceof DeviceUnavailableError, unavailable);
    assert.match(error.message, /^[\x20-\x7e]*$/);
    assert.ok(error.message.length < 4200);
  }
  await mailbox.close();
});

test('a request that cannot be sent rejects, and a thread that does not end is left alone', async () => {
  const { thread } = puppet();
  const mailbox = new Mailbox({ ...thread, post: () => { throw new Error('not cloneable'); } }, 'wasm'); // biome-ignore format: short
  await refuses(mailbox.ask({ verb: 'describe' }), /not cloneable/);
  for (const end of [() => new Promise<void>(() => {}), () => Promise.reject(new Error('no'))]) {
    const stuck = puppet(end);
    const other = new Mailbox(stuck.thread, 'wasm');
    const pending = failure(other.ask({ verb: 'describe' }));
    await other.close();
    assert.match((await pending).message, /closed/);
  }
});

test('descriptions are validated for every worker', async () => {
  const limits = { maximumTransferBytes: 1024, concurrency: 2, sharedMemory: true };
  const good = { name: '\u001b[1mname\u0000'.padEnd(100, 'x'), limits };
  const { name, limits: held } = aDescription(good, true);
  assert.is(name.length, 64);
  assert.match(name, /^[\x20-\x7e]*$/);
  assert.equal(held, limits);
  assert.is(aDescription(good, false).limits.sharedMemory, false);
  const bad: unknown[] = [
    undefined,
    null,
    { limits },
    { name: 'x' },
    { name: {}, limits },
    ...[0, -1, 0.5, Number.NaN, 2 ** 41, '7', undefined, {}].map((value) => ({
      name: 'x',
      limits: { ...limits, maximumTransferBytes: value },
    })),
    { name: 'x', limits: { ...limits, concurrency: 2 ** 11 } },
    { name: 'x', limits: { ...limits, sharedMemory: 'yes' } },
  ];
  assert.throws(
    () => aDescription({ name: 'x', limits: throwing('concurrency') }, true),
    (error: unknown) => error instanceof DeviceError,
  );
  for (const description of bad) {
    assert.throws(
      () => aDescription(description, true),
      (error: unknown) => error instanceof DeviceError,
    );
    const answer = worker(`parentPort.postMessage({ id: request.id, description: ${JSON.stringify(description)} })`);
    await refuses(openCudaThread(nodeThread(answer), 60_000), /description/);
  }
});

const silent = worker('');

test('opening ends when a worker is silent', async () => {
  await refuses(wasmDevice({ script: silent, openTimeoutMs: 300 }), /300 ms/);
  await refuses(openCudaThread(nodeThread(silent), 300), /300 ms/);
  const { port1, port2 } = new MessageChannel();
  await refuses(workerDevice(port1 as MessagePort, { openTimeoutMs: 300 }), /300 ms/);
  port2.close();
  await refuses(webgpuDevice({ gpu: { requestAdapter: () => new Promise(() => {}) }, openTimeoutMs: 300 }), /300 ms/);
});

test('a cuda thread that does not answer is closed all the same', async () => {
  const limits = JSON.stringify({ maximumTransferBytes: 1024, concurrency: 2 });
  const code = `if (request.job.verb === 'describe')
    parentPort.postMessage({ id: request.id, description: { name: 'cuda', limits: ${limits} } })`;
  const device = await openCudaThread(nodeThread(worker(code)), 60_000);
  await device.close();
  await device.close();
});

/** The reference, but for what it answers. */
function answering(answer: (y: Int32Array | Uint32Array) => unknown, release: () => unknown = () => {}): Device {
  const inner = referenceDevice();
  return {
    ...inner,
    async load(map, mode) {
      const loaded = await inner.load(map, mode);
      return {
        apply: async (x) => answer(await loaded.apply(x)) as Int32Array,
        release: release as () => void,
      };
    },
  };
}

test('whatever a device does while it is tested is a DeviceError', async () => {
  const exact = /does not compute exactly|failed while|did not answer/;
  const answers: ((y: Int32Array | Uint32Array) => unknown)[] = [
    () => undefined,
    () => null,
    () => 7,
    (y) => [...y],
    (y) => ({ ...y, length: y.length }),
    () => throwing('length'),
    () => ({ get length() { throw new Error('never'); } }), // biome-ignore format: one line each
    (y) => Float64Array.from(y).fill(Number.NaN),
    (y) => BigInt64Array.from([...y].map(BigInt)),
    () => new Promise(() => {}),
    () => { throw throwing('message'); }, // biome-ignore format: one line each
    () => { throw null; }, // biome-ignore format: one line each
  ];
  for (const answer of answers) await refuses(selfTest(answering(answer), { timeoutMs: 500 }), exact);
  const reference = referenceDevice();
  const hostile: Device[] = [
    answering((y) => y, () => Promise.reject(new Error('late'))), // biome-ignore format: one line each
    { ...reference, load: () => new Promise(() => {}) },
    { ...reference, load: async () => null as never },
    { ...reference, load: () => { throw 'text'; } }, // biome-ignore format: one line each
    Object.defineProperty(
      answering((y) => y.fill(0)),
      'name',
      Object.getOwnPropertyDescriptor(throwing('x'), 'x')!,
    ),
  ];
  for (const device of hostile) await refuses(selfTest(device, { timeoutMs: 500 }), exact);
});

const map: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 1,
  weights: Int16Array.of(1, 2),
  inputRange: { minimum: -128, maximum: 127 },
};

/** Serves a device and gives what it answers to each request. */
async function served(device: Device | Promise<Device>, requests: unknown[], post?: (answer: Answer) => void) {
  const answers: Answer[] = [];
  let take: (request: unknown) => void = () => {};
  serve(device, {
    listen: (given) => {
      take = given;
    },
    post(answer) {
      post?.(answer);
      answers.push(answer);
    },
  });
  for (const request of requests) {
    take(request);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return answers;
}

test('requests are not believed either', async () => {
  const load = { id: 0, job: { verb: 'load', handle: 0, map, mode: 'integers' } };
  const apply = (x: unknown, into?: unknown): unknown => {
    const job = into === undefined ? { verb: 'apply', handle: 0, x } : { verb: 'apply', handle: 0, x, into };
    return { id: 1, job };
  };
  const senseless: unknown[] = [null, 5, {}, { id: 'a' }, { id: -1, job: { verb: 'describe' } }, throwing('id')];
  assert.equal(await served(referenceDevice(), senseless), []);
  const wrong: unknown[] = [
    { id: 1, job: null },
    { id: 1, job: throwing('verb') },
    { id: 1, job: { verb: 'constructor' } },
    { id: 1, job: { verb: 'load', handle: 0.5, map, mode: 'integers' } },
    { id: 1, job: { verb: 'load', handle: 1, map: null, mode: 'integers' } },
    { id: 1, job: { verb: 'load', handle: 1, map: { ...map, outputs: 2 }, mode: 'integers' } },
    { id: 1, job: { verb: 'load', handle: 1, map, mode: 5 } },
    { id: 1, job: { verb: 'load', handle: 0, map, mode: 'integers' } },
    { id: 1, job: { verb: 'release', handle: 9 } },
    apply([1, 2]),
    apply(new Uint32Array(2)),
    apply(new Int16Array(3)),
    apply(new Int16Array(2), new Int32Array(2)),
    apply(new Int16Array(2), new Float32Array(1)),
  ];
  for (const request of wrong) {
    const answers = await served(referenceDevice(), [load, request]);
    assert.is(answers.length, 2, JSON.stringify(answers));
    assert.is(answers[0]!.failure, undefined);
    assert.type(answers[1]!.failure, 'string');
  }
  const [, right] = await served(referenceDevice(), [load, apply(Int16Array.of(3, 4))]);
  assert.equal(right, { id: 1, y: Int32Array.of(11) });
});

test('a failure that cannot be told, and an answer that cannot be posted, are failures', async () => {
  const describe = { id: 3, job: { verb: 'describe' } };
  for (const thrown of [
    throwing('message'),
    null,
    Symbol('s'),
    new Proxy(
      {},
      {
        get: () => {
          throw 1;
        },
      },
    ),
  ]) {
    // biome-ignore format: short
    const [answer] = await served(Promise.reject(thrown), [describe]);
    assert.equal(answer, { id: 3, failure: 'it gave no reason', unavailable: false });
  }
  const [told] = await served(referenceDevice(), [describe], ({ failure }) => {
    if (failure === undefined) throw new Error('could not be cloned');
  });
  assert.match(told!.failure ?? '', /could not be cloned/);
  assert.equal(
    await served(referenceDevice(), [describe], () => {
      throw new Error('the port is gone');
    }),
    [],
  );
});

test('memory is shared only where it can be', () => {
  assert.is(wasmDescription().limits.sharedMemory, true);
  const before = Object.getOwnPropertyDescriptor(globalThis, 'SharedArrayBuffer')!;
  Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  try {
    assert.is(wasmDescription().limits.sharedMemory, false);
  } finally {
    Object.defineProperty(globalThis, 'SharedArrayBuffer', before);
  }
});

test('a map that is asked for is a copy', async () => {
  const { thread, say } = puppet();
  const device = distantDevice(new Mailbox(thread, 'wasm'), wasmDescription());
  const loading = device.load(map, 'integers');
  say({ id: 0 });
  (await loading).release();
  assert.equal(map.weights, Int16Array.of(1, 2));
  await device.close();
});

test('limits of time are whole numbers of milliseconds', async () => {
  for (const openTimeoutMs of [0, -1, 0.5, Number.NaN, 2 ** 31]) {
    assert.instance(await failure(wasmDevice({ openTimeoutMs })), RangeError);
    assert.instance(await failure(webgpuDevice({ openTimeoutMs })), RangeError);
    assert.instance(await failure(tfjsDevice({} as never, { openTimeoutMs })), RangeError);
    assert.instance(await failure(selfTest(referenceDevice(), { timeoutMs: openTimeoutMs })), RangeError);
  }
});

test('options that there are not are refused', async () => {
  const wrong = { openTimeoutMS: 5 } as never;
  const { port1, port2 } = new MessageChannel();
  const calls = [
    () => wasmDevice(wrong),
    () => cudaDevice(wrong),
    () => cudaThread(wrong),
    () => webgpuDevice(wrong),
    () => webgpuDevice({ limits: wrong }),
    () => openTfjs('cpu', wrong),
    () => tfjsDevice({} as never, wrong),
    () => wasmArithmetic(wrong),
    () => workerDevice(port1 as MessagePort, wrong),
    () => selfTest(referenceDevice(), wrong),
    async () => saboteur(referenceDevice(), { layer: 0, kind: 'one', ...(wrong as object) }),
  ];
  for (const call of calls) {
    const error = await failure(call());
    assert.instance(error, TypeError);
    assert.match(error.message, /no option "openTimeoutMS"/);
  }
  port2.close();
});
