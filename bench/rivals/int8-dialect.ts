/**
 * The network in ONNX Runtime's quantized operators: activations in unsigned bytes, weights in signed bytes with one scale per
 * output channel, which is the pair its fastest integer kernels on x86 take. Scales are ratios of this library's integers:
 * every operator gets the multipliers of the operation as its scales, so nothing but rounding differs.
 */
import type {
  AddOperation,
  ConcatOperation,
  Convolution,
  Dense,
  LinearOperation,
  PadOperation,
  PoolOperation,
  QuantizedNetwork,
  RescaleOperation,
  SoftmaxOperation,
  TensorId,
} from '../../src/reference/index.js';
import type { Attributes, GraphWriter, Value } from './graph-writer.js';
import { channelsFirst } from './layout.js';
import { type Dialect, NotRepresentable } from './lower.js';
import { integerFactor, softmaxStep } from './real-scales.js';
import { zeroPoints } from './zero-points.js';

/** An upper clamp this close to the largest code is left out: the rival is not charged for it, and errs by a unit or two. */
const SLACK = 2;

export class Int8Dialect implements Dialect {
  readonly type = 'uint8';
  readonly #network: QuantizedNetwork;
  readonly #writer: GraphWriter;
  readonly #zeroPoints: readonly number[];

  constructor(network: QuantizedNetwork, writer: GraphWriter) {
    this.#network = network;
    this.#writer = writer;
    this.#zeroPoints = zeroPoints(network);
  }

  outputType(id: TensorId): 'uint8' | 'float32' {
    return this.#network.tensors[id]!.kind === 'accumulator' ? 'float32' : 'uint8';
  }

  convolution(operation: LinearOperation, map: Convolution, x: Value, attributes: Attributes): Value {
    requireBytes(operation);
    const { kernel, input, groups, outputChannels } = map;
    const weights = channelsFirst(map, new Int8Array(map.weights.length), () => 1);
    const w = this.#writer.constant(weights, [outputChannels, input.channels / groups, kernel.height, kernel.width]);
    const zeroPoint = this.#zeroPoint(operation.input);
    if (operation.requantization === null) {
      const sums = this.#writer.node('ConvInteger', [x, w, zeroPoint], attributes);
      const bias = this.#writer.constant(Int32Array.from(operation.bias), [outputChannels, 1, 1]);
      return this.#writer.node('Cast', [this.#writer.node('Add', [sums, bias])], { to: 1 });
    }
    const bias = this.#writer.constant(operation.bias, [outputChannels]);
    const inputs = [
      x,
      this.#scale(1),
      zeroPoint,
      w,
      ...this.#weightScale(operation),
      ...this.#scaleOf(operation.output),
    ];
    return this.#finish(operation, this.#writer.node('QLinearConv', [...inputs, bias], attributes));
  }

  dense(operation: LinearOperation, map: Dense, x: Value): Value {
    requireBytes(operation);
    const w = this.#writer.constant(Int8Array.from(map.weights), [map.outputs, map.inputs]);
    const bias = this.#writer.constant(operation.bias, [map.outputs]);
    const inputs = [x, ...this.#scaleOf(operation.input), w, ...this.#weightScale(operation), bias];
    // Without a scale of its own the output is left in floats: the accumulators.
    const output = operation.requantization === null ? [] : this.#scaleOf(operation.output);
    return this.#finish(operation, this.#writer.microsoftNode('QGemm', [...inputs, ...output], { transB: 1 }));
  }

  add(operation: AddOperation, a: Value, b: Value): Value {
    const [left, right] = operation.inputs;
    const inputs = [
      ...[a, this.#scale(integerFactor(operation, 0)), this.#zeroPoint(left)],
      ...[b, this.#scale(integerFactor(operation, 1)), this.#zeroPoint(right)],
      ...this.#scaleOf(operation.output),
    ];
    const largest =
      this.#maximum(left) * integerFactor(operation, 0) + this.#maximum(right) * integerFactor(operation, 1);
    return this.#clamped(operation, this.#writer.microsoftNode('QLinearAdd', inputs), largest);
  }

  /** A concatenation of one: its table of 256 codes is the fastest change of scale there is. */
  rescale(operation: RescaleOperation, x: Value): Value {
    const factor = integerFactor(operation, 0);
    const inputs = [...this.#scaleOf(operation.output), x, this.#scale(factor), this.#zeroPoint(operation.input)];
    const value = this.#writer.microsoftNode('QLinearConcat', inputs, { axis: 1 });
    return this.#clamped(operation, value, this.#maximum(operation.input) * factor);
  }

  pool(operation: PoolOperation, x: Value, attributes: Attributes, whole: boolean): Value {
    const largest = this.#maximum(operation.input);
    if (operation.kind === 'maxPool') {
      return this.#clamped(operation, this.#writer.node('MaxPool', [x], attributes), largest);
    }
    const inputs = [x, ...this.#scaleOf(operation.input), ...this.#scaleOf(operation.output)];
    const value = whole
      ? this.#writer.microsoftNode('QLinearGlobalAveragePool', inputs, { channels_last: 0 })
      : this.#writer.microsoftNode('QLinearAveragePool', inputs, attributes);
    return this.#clamped(operation, value, largest);
  }

  concat(operation: ConcatOperation, inputs: readonly Value[], axis: number): Value {
    const parts = inputs.flatMap((value, index) => [value, ...this.#scaleOf(operation.inputs[index]!)]);
    return this.#writer.microsoftNode('QLinearConcat', [...this.#scaleOf(operation.output), ...parts], { axis });
  }

  pad(operation: PadOperation, x: Value, pads: readonly number[]): Value {
    return this.#writer.node('Pad', [x, this.#writer.small('int64', pads), this.#zeroPoint(operation.input)]);
  }

  softmax(operation: SoftmaxOperation, x: Value, axis: number): Value {
    const inputs = [
      ...[x, this.#scale(softmaxStep(operation.exponentials)), this.#zeroPoint(operation.input)],
      ...[this.#scale(1 / operation.unit), this.#zeroPoint(operation.output)],
    ];
    const value = this.#writer.microsoftNode('QLinearSoftmax', inputs, { axis, opset: 17 });
    return this.#clamped(operation, value, operation.unit);
  }

  #maximum(id: TensorId): number {
    const tensor = this.#network.tensors[id]!;
    return tensor.kind === 'activation' ? tensor.maximum : 0;
  }

  #scale(value: number): Value {
    return this.#writer.small('float32', value);
  }

  #zeroPoint(id: TensorId): Value {
    return this.#writer.small('uint8', this.#zeroPoints[id]!);
  }

  /** Scale and zero point of a tensor: its integers themselves. */
  #scaleOf(id: TensorId): [Value, Value] {
    return [this.#scale(1), this.#zeroPoint(id)];
  }

  /** Scale and zero point of the weights: the multipliers that requantize. */
  #weightScale({ requantization, bias }: LinearOperation): [Value, Value] {
    if (requantization === null) return [this.#scale(1), this.#writer.small('int8', 0)];
    const scales = Float32Array.from(
      requantization.multipliers,
      (multiplier) => multiplier / 2 ** requantization.shift,
    );
    return [
      this.#writer.constant(scales, [scales.length]),
      this.#writer.constant(new Int8Array(bias.length), [bias.length]),
    ];
  }

  #finish({ output, requantization }: LinearOperation, value: Value): Value {
    return requantization === null ? value : this.#clamped({ ...requantization, output }, value, Infinity);
  }

  /** The operation's clamp where saturation is not already that clamp; `largest` is what the value can reach at most. */
  #clamped(to: { output: TensorId; minimum: number; maximum: number }, value: Value, largest: number): Value {
    const zero = this.#zeroPoints[to.output]!;
    const [low, high] = [to.minimum + zero, to.maximum + zero];
    const free = low <= 0 && (high + SLACK >= 255 || largest <= to.maximum);
    if (free) return value;
    return this.#writer.node('Clip', [value, this.#writer.small('uint8', low), this.#writer.small('uint8', high)]);
  }
}

function requireBytes({ name, map }: LinearOperation): void {
  for (const weight of map.weights) {
    if (weight < -128 || weight > 127) throw new NotRepresentable(`a weight of ${name} does not fit 8 bits`);
  }
}
