/** The trusted side of the demonstration: it has the photo, the pads and the challenges, and believes nothing it is told. */
import { compileKernels, wasmArithmetic, workerDevice } from '../../../src/fast/browser.js';
import {
  decodeFaces,
  type Image,
  linearOperations,
  NetworkSession,
  prepareFaceInput,
  type QuantizedFaceDetector,
  quantizeFaceDetector,
  type RunResult,
  readFaceWeights,
  realOutputs,
} from '../../../src/network/browser.js';
import { type Device, IntegrityError, type TrustedArithmetic } from '../../../src/protocol/index.js';
import type { Files, FromTrusted, Result, ToTrusted } from './messages.js';
import { type WatchedArithmetic, watchedArithmetic } from './watch.js';

const page = self as unknown as Pick<Worker, 'postMessage' | 'addEventListener'>;
const say = (message: FromTrusted): void => page.postMessage(message);

let detector: QuantizedFaceDetector;
let arithmetic: TrustedArithmetic;
let watched: WatchedArithmetic;
let device: Device | null = null;
let session: NetworkSession | null = null;

async function download(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} could not be loaded: status ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

async function load(files: Files): Promise<void> {
  const kernels = await compileKernels(new Uint8Array(await download(files.kernels)));
  const weights = await readFaceWeights((name) => download(name.endsWith('.json') ? files.manifest : files.weights));
  detector = quantizeFaceDetector(weights);
  arithmetic = await wasmArithmetic({ kernels });
  const layers = linearOperations(detector.network);
  const maps = layers.map(({ map }) => map);
  watched = watchedArithmetic(arithmetic, maps, (snapshot) => say({ kind: 'held', snapshot }));
  const names = layers.map(({ output }) => detector.network.tensors[output]!.name);
  say({ kind: 'loaded', kernels, layers: names });
}

async function connect(port: MessagePort): Promise<void> {
  leave();
  await device?.close();
  device = null;
  device = await workerDevice(port);
  say({ kind: 'connected', device: device.name });
}

/** Wipes the session's secrets. */
function leave(): void {
  session?.close();
  session = null;
}

// #region session
async function openSession(): Promise<NetworkSession> {
  return NetworkSession.open({
    network: detector.network,
    device,
    arithmetic: watched.arithmetic,
    plan: 'all',
    onProgress: ({ phase, done, total }) => say({ kind: 'progress', stage: phase, done, total }),
  });
}
// #endregion session

function resultOf(run: RunResult, photo: Image, offlineMs: number): Result {
  const { network, anchors } = detector;
  const outputs = run.outputs.map(({ tensor, values }) => ({ name: tensor.name, values }));
  const real = realOutputs(
    network,
    outputs.map(({ values }) => values),
  );
  return {
    device: device!.name,
    faces: decodeFaces(real, anchors, photo),
    outputs,
    layers: session!.layerCount,
    verifiedLayers: run.costs.verifiedLayers,
    soundnessBits: session!.soundness.inferenceBits,
    offlineMs,
    trustedMs: run.trustedMs,
    deviceMs: run.costs.deviceMs,
    bytesToDevice: run.costs.bytesToDevice,
    bytesFromDevice: run.costs.bytesFromDevice,
  };
}

async function run(photo: Image, newSession: boolean): Promise<void> {
  if (newSession) leave();
  const before = session?.offlineMs ?? 0;
  session ??= await openSession();
  const { inferenceBits } = session.soundness;
  try {
    await session.prepare(1);
    const offlineMs = session.offlineMs - before;
    watched.restart();
    const finished = await session.run(prepareFaceInput(photo));
    say({ kind: 'done', result: resultOf(finished, photo, offlineMs) });
  } catch (error) {
    leave();
    if (!(error instanceof IntegrityError)) throw error;
    say({ kind: 'refused', reason: error.message, soundnessBits: inferenceBits });
  }
}

function work(message: ToTrusted): Promise<void> {
  if (message.kind === 'load') return load(message.files);
  if (message.kind === 'connect') return connect(message.port);
  return run(message.photo, message.newSession);
}

/** One after another. */
let last: Promise<void> = Promise.resolve();
page.addEventListener('message', ({ data }: MessageEvent<ToTrusted>) => {
  last = last
    .then(() => work(data))
    .catch((error: unknown) => say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }));
});
