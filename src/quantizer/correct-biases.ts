/**
 * Bias correction, from data: rounding weights and activations shifts the mean of a layer's outputs, and that shift adds up from
 * layer to layer. Layer by layer, in order, each channel's bias takes back the difference of the means over the calibration
 * inputs, the layers before it already being corrected (Nagel et al. 2019, section 4.2, with measured means).
 */

import { evaluateFloat, type FloatNetwork, type FloatOperation, type FloatTensor } from '../graph/index.js';
import { outputLength } from '../model/linear-map.js';
import type { LinearOperation, QuantizedNetwork } from '../model/quantized-network.js';
import { linearOperations } from '../operations/graph.js';
import { aQuantizedNetwork } from '../operations/validate-network.js';
import { type Finish, finishedLength, Own, type TrustedArithmetic } from '../protocol/index.js';
import { walk } from '../session/walk.js';
import { quantizeReals } from './measured.js';
import { prepare } from './prepare.js';
import { LARGEST_BIAS } from './quantize-weights.js';

/** The network with every linear layer's activation as an operation of its own: their inputs have tensors then. */
function unfused(network: FloatNetwork): { readonly network: FloatNetwork; readonly linear: readonly number[] } {
  const tensors: FloatTensor[] = [...network.tensors];
  const linear: number[] = [];
  const operations = network.operations.flatMap((operation): FloatOperation[] => {
    if (operation.kind !== 'convolution' && operation.kind !== 'dense') return [operation];
    if (operation.activation === 'none') {
      linear.push(operation.output);
      return [operation];
    }
    const name = `${operation.name}/before activation`;
    const before = tensors.push({ name, shape: tensors[operation.output]!.shape }) - 1;
    linear.push(before);
    return [
      { ...operation, output: before, activation: 'none' },
      {
        kind: 'activation',
        name: operation.name,
        input: before,
        output: operation.output,
        activation: operation.activation,
      },
    ];
  });
  return { network: { ...network, tensors, operations }, linear };
}

/** The mean of every channel of every linear layer's result before its activation. */
function floatMeans(network: FloatNetwork, inputs: readonly Float32Array[]): Float64Array[] {
  const { network: whole, linear } = unfused(prepare(network));
  const means = linear.map((id) => new Float64Array(whole.tensors[id]!.shape.at(-1)!));
  for (const input of inputs) {
    const values = evaluateFloat(whole, input);
    linear.forEach((id, layer) => {
      const share = means[layer]!.length / (values[id]!.length * inputs.length);
      values[id]!.forEach((value, index) => {
        means[layer]![index % means[layer]!.length]! += value * share;
      });
    });
  }
  return means;
}

/** The mean of y[i] + bias over all entries of each channel. */
function channelMeans(y: Int32Array, bias: Int32Array): Float64Array {
  const channels = bias.length;
  const means = new Float64Array(channels);
  for (let index = 0; index < y.length; index++) means[index % channels]! += y[index]!;
  return means.map((sum, c) => (sum * channels) / y.length + bias[c]!);
}

/** What one unit of a layer's accumulators stands for, per channel. */
function accumulatorScales(network: QuantizedNetwork, { output, requantization, bias }: LinearOperation): Float64Array {
  const tensor = network.tensors[output]!;
  if (tensor.kind === 'accumulator') return tensor.scales;
  const { multipliers, shift } = requantization!;
  return Float64Array.from(bias, (_, c) => (multipliers[c]! / 2 ** shift) * tensor.scale);
}

/**
 * The quantized network with corrected biases.
 * @param float the network it was quantized from, equalized or not, with the same linear layers in the same order
 * @param inputs real inputs, at least one; all of them are in memory, with the tensors that are still needed
 * @throws RangeError when an input has the wrong length; ModelError when a network is not well formed
 */
export async function correctBiases(
  float: FloatNetwork,
  quantized: QuantizedNetwork,
  inputs: readonly Float32Array[],
  arithmetic: TrustedArithmetic,
): Promise<QuantizedNetwork> {
  const means = floatMeans(float, inputs);
  const layers = linearOperations(aQuantizedNetwork(quantized));
  const corrected = new Map<LinearOperation, Int32Array>();

  const correct = (operation: LinearOperation, index: number, y: Int32Array): Int32Array => {
    const scales = accumulatorScales(quantized, operation);
    const found = channelMeans(y, operation.bias);
    const bias = operation.bias.map((old, c) => {
      // A channel whose multiplier was rounded to zero gives nothing, whatever its bias is.
      const change = scales[c]! > 0 ? means[index]![c]! / scales[c]! - found[c]! : 0;
      return Math.round(Math.max(-LARGEST_BIAS, Math.min(LARGEST_BIAS, old + change)));
    });
    corrected.set(operation, bias);
    return bias;
  };

  const run = async (operation: LinearOperation, index: number, x: Int16Array, finish: Finish) => {
    const outputs = outputLength(operation.map);
    const y = arithmetic.allocate('i32', outputs * inputs.length, 'anything');
    const map = arithmetic.load(operation.map);
    try {
      map.applyIntegers(x, y);
      const how = { ...finish, bias: correct(operation, index, y) };
      const length = finishedLength(how, outputs) * inputs.length;
      const out = arithmetic.allocate(how.requantization === null ? 'i32' : 'i16', length, 'anything');
      arithmetic.finish(y, inputs.length, how, out);
      return new Own(out);
    } finally {
      map.release();
      arithmetic.release(y);
    }
  };

  const tensor = quantized.tensors[quantized.input]!;
  await walk(
    quantized,
    arithmetic,
    inputs.map((reals) => quantizeReals(reals, tensor)),
    run,
  );
  arithmetic.wipe();
  const operations = quantized.operations.map((operation) => {
    const bias = operation.kind === 'linear' ? corrected.get(operation) : undefined;
    return bias === undefined ? operation : { ...operation, bias };
  });
  if (corrected.size !== layers.length) throw new Error('a linear layer was not evaluated');
  return { ...quantized, operations };
}
