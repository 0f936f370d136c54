/** A quantized network beside the float network it came from, on the same inputs. */

import { evaluateFloat, type FloatNetwork } from '../graph/index.js';
import type { LinearOperation, QuantizedNetwork } from '../model/quantized-network.js';
import type { Tensor } from '../model/tensor.js';
import { linearOperations } from '../operations/graph.js';
import { aQuantizedNetwork } from '../operations/validate-network.js';
import { noCosts, type TrustedArithmetic } from '../protocol/index.js';
import { InsideLayers } from '../session/inside-layers.js';
import { walk } from '../session/walk.js';

/** The centred integers nearest to real numbers, clamped to what the tensor holds. */
export function quantizeReals(reals: Float32Array, tensor: Tensor): Int16Array {
  if (tensor.kind !== 'activation') throw new TypeError('the input must be an activation tensor');
  const { scale, minimum, maximum } = tensor;
  return Int16Array.from(reals, (real) => Math.max(minimum, Math.min(maximum, Math.round(real / scale))));
}

/** The real values of integers of a tensor. */
export function realValues(values: ArrayLike<number>, tensor: Tensor): Float64Array {
  const scales = tensor.kind === 'activation' ? [tensor.scale] : tensor.scales;
  return Float64Array.from(values, (value, at) => value * scales[at % scales.length]!);
}

/** The network's outputs for real inputs, all of them together, in the clear. */
export async function runReals(
  network: QuantizedNetwork,
  inputs: readonly Float32Array[],
  arithmetic: TrustedArithmetic,
): Promise<Float64Array[][]> {
  const layers: readonly LinearOperation[] = linearOperations(aQuantizedNetwork(network));
  const inside = new InsideLayers(arithmetic, layers, layers.keys());
  try {
    const tensor = network.tensors[network.input]!;
    const integers = inputs.map((reals) => quantizeReals(reals, tensor));
    const outputs = await walk(network, arithmetic, integers, async (operation, index, x, finish) =>
      inside.run(operation, index, x, inputs.length, finish, noCosts()),
    );
    return outputs.map((some) => some.map((values, at) => realValues(values, network.tensors[network.outputs[at]!]!)));
  } finally {
    inside.release();
    arithmetic.wipe();
  }
}

/** How far two networks' outputs are apart. */
export interface OutputError {
  /** sum (quantized - float)^2 / sum float^2, over all entries of all outputs of all inputs. */
  readonly relativeSquared: number;
  /** The mean over output entries of |mean over inputs of (quantized - float)|. */
  readonly meanShift: number;
}

/**
 * Measures the error that quantizing made.
 * @param float the network before @param inputs real inputs, at least one
 * @throws RangeError when an input has the wrong length
 */
export async function outputError(
  float: FloatNetwork,
  quantized: QuantizedNetwork,
  inputs: readonly Float32Array[],
  arithmetic: TrustedArithmetic,
): Promise<OutputError> {
  const found = await runReals(quantized, inputs, arithmetic);
  let squared = 0;
  let size = 0;
  const shifts = found[0]!.map(({ length }) => new Float64Array(length));
  inputs.forEach((input, image) => {
    const expected = evaluateFloat(float, input);
    float.outputs.forEach((id, output) => {
      const values = expected[id]!;
      for (let index = 0; index < values.length; index++) {
        const difference = found[image]![output]![index]! - values[index]!;
        squared += difference ** 2;
        size += values[index]! ** 2;
        shifts[output]![index]! += difference / inputs.length;
      }
    });
  });
  const entries = shifts.reduce((sum, { length }) => sum + length, 0);
  const shift = shifts.reduce((sum, values) => sum + values.reduce((total, value) => total + Math.abs(value), 0), 0);
  return { relativeSquared: size === 0 ? squared : squared / size, meanShift: shift / entries };
}
