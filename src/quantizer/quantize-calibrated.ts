/** The whole way from a float network and typical inputs to integers: calibrated, equalized and corrected where it helps. */

import type { FloatNetwork } from '../graph/index.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { TrustedArithmetic } from '../protocol/index.js';
import { calibrate, type Inputs } from './calibrate.js';
import type { RangeChoice } from './choose-range.js';
import { correctBiases } from './correct-biases.js';
import { equalize } from './equalize.js';
import { type OutputError, outputError } from './measured.js';
import { type QuantizeOptions, quantize } from './quantize.js';

/** Choices, and what is needed to measure them. */
export interface CalibratedOptions extends QuantizeOptions {
  /** Runs the candidates. It stays yours. */
  readonly arithmetic: TrustedArithmetic;
  /** `min-max` unless given. */
  readonly choice?: RangeChoice;
  /** Try cross-layer equalization, and keep it if it makes the error smaller; unless given, yes. */
  readonly equalize?: boolean;
  /** Try bias correction, and keep it if it does not make the error larger; unless given, yes. */
  readonly correctBiases?: boolean;
  /** How many of the inputs, the first ones, are kept to correct biases and measure with; 16 unless given. */
  readonly measured?: number;
  /** Is told what is being done, before it is. */
  readonly onStage?: (stage: CalibrationStage) => void;
}

/** What `quantizeCalibrated` is doing. */
export type CalibrationStage = 'calibrate' | 'quantize' | 'equalize' | 'calibrate again' | 'correct biases';

/** One thing that was tried: the error with it, on the inputs that were kept, and whether it stayed. */
export interface Trial {
  /** On top of what was kept before. */
  readonly what: 'plain' | 'equalized' | 'biases corrected';
  /** Beside the float network. */
  readonly error: OutputError;
  /** Whether the result has it. */
  readonly kept: boolean;
}

/** The network, and how it came about. */
export interface CalibratedNetwork {
  /** Ready to be certified, written and run. */
  readonly network: QuantizedNetwork;
  /** How many inputs there were. */
  readonly images: number;
  /** 0 when equalization was not tried, found nothing, or did not help. */
  readonly equalizedPairs: number;
  /** Whether biases were corrected. */
  readonly biasCorrected: boolean;
  /** In the order in which they were made. */
  readonly trials: readonly Trial[];
}

/** The inputs as they are, keeping the first few and counting. */
async function* watched(inputs: Inputs, kept: Float32Array[], most: number, seen: { count: number }) {
  for await (const input of inputs) {
    if (kept.length < most) kept.push(Float32Array.from(input));
    seen.count++;
    yield input;
  }
}

/**
 * Quantizes a network for inputs like those given. What is kept was measured on some of them, against the float network;
 * nothing depends on any input that is run later.
 * @param inputs gives typical inputs, the same ones in the same order each time it is called (once, or twice to equalize)
 * @throws ModelError when there is no input, weights or tensors are not finite; RangeError for wrong options
 */
export async function quantizeCalibrated(
  network: FloatNetwork,
  inputs: () => Inputs,
  options: CalibratedOptions,
): Promise<CalibratedNetwork> {
  const { arithmetic, choice = { method: 'min-max' }, activationBits, measured = 16, onStage = () => {} } = options;
  if (!Number.isSafeInteger(measured) || measured < 1) throw new RangeError('measured must be a whole number from 1');
  const sample: Float32Array[] = [];
  const seen = { count: 0 };
  const trials: Trial[] = [];
  const errorOf = (candidate: QuantizedNetwork): Promise<OutputError> =>
    outputError(network, candidate, sample, arithmetic);

  onStage('calibrate');
  const ranges = await calibrate(network, watched(inputs(), sample, measured, seen), choice, activationBits);
  onStage('quantize');
  let float = network;
  let best = quantize(network, ranges, options);
  let error = await errorOf(best);
  trials.push({ what: 'plain', error, kept: true });
  let equalizedPairs = 0;

  if (options.equalize ?? true) {
    onStage('equalize');
    const equalized = equalize(network);
    if (equalized.pairs > 0) {
      onStage('calibrate again');
      const other = quantize(
        equalized.network,
        await calibrate(equalized.network, inputs(), choice, activationBits),
        options,
      );
      const found = await errorOf(other);
      const kept = found.relativeSquared < error.relativeSquared;
      trials.push({ what: 'equalized', error: found, kept });
      if (kept) {
        float = equalized.network;
        best = other;
        error = found;
        equalizedPairs = equalized.pairs;
      }
    }
  }

  let biasCorrected = false;
  if (options.correctBiases ?? true) {
    onStage('correct biases');
    const other = await correctBiases(float, best, sample, arithmetic);
    const found = await errorOf(other);
    biasCorrected = found.relativeSquared <= error.relativeSquared;
    trials.push({ what: 'biases corrected', error: found, kept: biasCorrected });
    if (biasCorrected) best = other;
  }
  return { network: best, images: seen.count, equalizedPairs, biasCorrected, trials };
}
