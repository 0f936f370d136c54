/** One network, evaluated in every way on the same pictures. */
import { networkHash } from '../../src/network/index.js';
import type { Device, TrustedArithmetic } from '../../src/protocol/index.js';
import type { Pictures } from './dataset.js';
import { clearLogits, floatLogits, guardedLogits } from './evaluate.js';
import { quantizeNetwork, type TrainedNetwork } from './networks.js';
import type { Counter } from './progress.js';
import type { Row } from './results.js';
import { runtimeLogits } from './runtime.js';
import { differingCount, disagreeingCount, largestDistance, percent, rightCount } from './score.js';

/** The untrusted side and the trusted one. */
export interface Sides {
  readonly device: Device;
  readonly arithmetic: TrustedArithmetic;
}

/** What is measured on, and what is calibrated with. */
export interface PictureSet {
  readonly test: Pictures;
  readonly classes: Uint8Array;
  readonly calibration: Pictures;
}

/** Evaluates one network in every way, and compares. @throws IntegrityError when the device lies; an AbortError */
export async function rowOf(
  trained: TrainedNetwork,
  { device, arithmetic }: Sides,
  { test, classes, calibration }: PictureSet,
  { threads, batch }: { readonly threads: number; readonly batch: number },
  count: Counter,
  signal: AbortSignal,
): Promise<Row> {
  const { name, training } = trained;
  const told = (what: string) => count.of(`${name}, ${what}`, test.length);
  const scored = (logits: readonly ArrayLike<number>[]) => {
    const right = rightCount(logits, classes);
    return { right, top1: percent(right, test.length) };
  };
  count.of(`${name}, calibrating`, calibration.length);
  const { network } = await quantizeNetwork(trained, calibration, arithmetic, signal);
  const float = await floatLogits(trained.float, test, told('float'));
  const runtime = await runtimeLogits(trained.bytes, test, threads, told('onnxruntime-node'));
  const clear = await clearLogits(network, arithmetic, test, told('quantized in the clear'));
  const guard = (privacy: boolean) =>
    guardedLogits(
      { network, device, arithmetic, privacy, batch, signal },
      test,
      told(privacy ? 'private' : 'verified'),
    );
  const verified = await guard(false);
  const hidden = await guard(true);
  const compared = ({ logits, verifiedLayers }: typeof verified) => ({
    ...scored(logits),
    differingImages: differingCount(logits, clear),
    verifiedLayers,
  });
  return {
    network: `fashion-${name}`,
    file: `training/fashion-mnist/fashion-${name}.onnx`,
    sha256: trained.sha256,
    networkHash: networkHash(network),
    parameters: training.parameters,
    fileBytes: trained.bytes.length,
    training: {
      seed: training.seed,
      epochs: training.epochs,
      minutes: training.minutes,
      pytorchTop1: training.testTop1,
    },
    images: test.length,
    float: scored(float),
    runtime:
      runtime === null
        ? null
        : {
            right: rightCount(runtime, classes),
            disagreeing: disagreeingCount(runtime, float),
            largestDistance: Number(largestDistance(runtime, float).toPrecision(2)),
          },
    quantized: { ...scored(clear), disagreeing: disagreeingCount(clear, float) },
    differencePoints: percent(rightCount(clear, classes) - rightCount(float, classes), test.length),
    verified: compared(verified),
    private: compared(hidden),
    soundnessBits: Math.min(verified.soundnessBits, hidden.soundnessBits),
    layers: hidden.layers,
    outsourced: hidden.outsourced,
  };
}
