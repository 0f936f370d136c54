/** The same pictures in every way: float, quantized in the clear, and on an untrusted device. */
import { setImmediate } from 'node:timers/promises';
import { evaluateFloat, type FloatNetwork, NetworkSession, runInTheClear } from '../../src/network/index.js';
import type { Device, TrustedArithmetic } from '../../src/protocol/index.js';
import type { QuantizedNetwork } from '../../src/reference/index.js';
import { integersOf, type Pictures, realsOf } from './dataset.js';

/** Told after every picture; throws to stop. */
export type OnPicture = (done: number) => void;

/** The logits of each picture, in their order. */
export type Logits<Values> = readonly Values[];

/** The float network as this library evaluates it. */
export async function floatLogits(
  network: FloatNetwork,
  pictures: Pictures,
  onPicture: OnPicture,
): Promise<Logits<Float32Array>> {
  const logits: Float32Array[] = [];
  for (const picture of pictures) {
    logits.push(evaluateFloat(network, realsOf(picture))[network.outputs[0]!]!);
    // Otherwise nobody would hear Ctrl-C.
    await setImmediate();
    onPicture(logits.length);
  }
  return logits;
}

/** Every picture by itself, wholly on the trusted side: what runs on a device must equal. */
export async function clearLogits(
  network: QuantizedNetwork,
  arithmetic: TrustedArithmetic,
  pictures: Pictures,
  onPicture: OnPicture,
): Promise<Logits<Int32Array | Int16Array>> {
  const logits: (Int32Array | Int16Array)[] = [];
  for (const picture of pictures) {
    const [output] = await runInTheClear(network, arithmetic, integersOf(picture));
    logits.push(output!.slice());
    await setImmediate();
    onPicture(logits.length);
  }
  return logits;
}

/** How the device is used. */
export interface Guarded {
  readonly network: QuantizedNetwork;
  readonly device: Device;
  readonly arithmetic: TrustedArithmetic;
  readonly privacy: boolean;
  /** Pictures that go through the layers together. */
  readonly batch: number;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface GuardedRun {
  readonly logits: Logits<Int32Array | Int16Array>;
  readonly layers: number;
  readonly outsourced: number;
  /** -log2 of the probability that a wrong result of one inference is accepted, rounded down. */
  readonly soundnessBits: number;
  /** Answers of the device that passed the check, over all pictures. */
  readonly verifiedLayers: number;
}

/** A stream of pictures through a session that outsources every linear layer. @throws IntegrityError when the device lies */
export async function guardedLogits(how: Guarded, pictures: Pictures, onPicture: OnPicture): Promise<GuardedRun> {
  const { network, device, arithmetic, privacy, batch, signal } = how;
  const session = await NetworkSession.open({
    network,
    device,
    arithmetic,
    plan: 'all',
    parameters: { integrity: true, privacy },
    signal,
  });
  try {
    const logits: (Int32Array | Int16Array)[] = [];
    for await (const [output] of session.stream(pictures.map(integersOf), { batch })) {
      logits.push(output!.values.slice());
      onPicture(logits.length);
    }
    const { layerCount, outsourcedCount, soundness, costs } = session;
    return {
      logits,
      layers: layerCount,
      outsourced: outsourcedCount,
      soundnessBits: soundness.inferenceBits,
      verifiedLayers: costs.verifiedLayers,
    };
  } finally {
    session.close();
  }
}
