/** The face detector as a network of integers: what is run, verified and private. */
import { P24 } from '../model/modulus.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { quantize } from '../quantizer/index.js';
import { FACE_RANGES } from './calibration.js';
import { faceAnchors, faceDetector } from './detector.js';
import { FACE_INPUT } from './prepare.js';
import type { Weights } from './weights.js';

/** The face detector, ready to run. */
export interface QuantizedFaceDetector {
  /** Takes what `prepareFaceInput` makes; gives twelve accumulator tensors for `decodeFaces`. */
  readonly network: QuantizedNetwork;
  /** See `faceAnchors`. */
  readonly anchors: Float32Array;
}

/**
 * Quantizes the detector with the committed calibration: 8-bit weights and activations, a 9-bit input, outputs at full
 * precision, sums that fit the small pad modulus. The same weights give the same integers on every machine.
 * @throws ModelError when a weight is missing or has another shape
 */
export function quantizeFaceDetector(weights: Weights): QuantizedFaceDetector {
  const network = quantize(faceDetector(weights), FACE_RANGES, { input: FACE_INPUT, modulus: P24 });
  return { network, anchors: faceAnchors(weights) };
}

/**
 * The real values of the network's outputs: real = scale of the channel * accumulator.
 * @param outputs what a run gave: one array per output tensor, in order
 * @throws RangeError when there are not as many arrays as outputs, or one has the wrong length
 */
export function realOutputs(network: QuantizedNetwork, outputs: readonly (Int16Array | Int32Array)[]): Float32Array[] {
  if (outputs.length !== network.outputs.length) {
    throw new RangeError(`the network has ${network.outputs.length} outputs, not ${outputs.length}`);
  }
  return network.outputs.map((id, index) => {
    const tensor = network.tensors[id]!;
    const values = outputs[index]!;
    const length = tensor.shape.reduce((product, size) => product * size, 1);
    if (values.length !== length) throw new RangeError(`"${tensor.name}" has ${length} entries, not ${values.length}`);
    const scales = tensor.kind === 'accumulator' ? tensor.scales : [tensor.scale];
    return Float32Array.from(values, (value, at) => value * scales[at % scales.length]!);
  });
}
