/**
 * The network as one of 32-bit floats: every tensor holds the real numbers that the integers stand for, without their
 * rounding. A clamp from zero is a ReLU, which ONNX Runtime does inside a convolution for nothing. Upper clamps, and those
 * around zero, are limits of 8 bits, which floats do not have, so that they are there only where `clamps` asks for them. A
 * ReLU6 loses its six with them, since our integers do not tell it from a ReLU: that favours the rival, by a pass over the
 * activations.
 */
import { operationInputs } from '../../src/operations/graph.js';
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
  TrustedOperation,
} from '../../src/reference/index.js';
import type { Attributes, GraphWriter, Value } from './graph-writer.js';
import { channelsFirst } from './layout.js';
import type { Dialect } from './lower.js';
import { integerFactor, realScales, softmaxStep } from './real-scales.js';

interface Clamped {
  readonly output: TensorId;
  readonly minimum: number;
  readonly maximum: number;
}

/** Factors closer to one than this are rounding. */
const NEAR_ONE = 1e-4;

export class FloatDialect implements Dialect {
  readonly type = 'float32';
  readonly #network: QuantizedNetwork;
  readonly #writer: GraphWriter;
  readonly #scales: Float64Array;

  constructor(
    network: QuantizedNetwork,
    writer: GraphWriter,
    readonly clamps: boolean,
  ) {
    this.#network = network;
    this.#writer = writer;
    this.#scales = realScales(network);
  }

  outputType(): 'float32' {
    return 'float32';
  }

  convolution(operation: LinearOperation, map: Convolution, x: Value, attributes: Attributes): Value {
    const { kernel, input, groups, outputChannels } = map;
    const weights = channelsFirst(map, new Float32Array(map.weights.length), this.#weightScale(operation));
    const shape = [outputChannels, input.channels / groups, kernel.height, kernel.width];
    const inputs = [x, this.#writer.constant(weights, shape), this.#bias(operation)];
    return this.#finish(operation, this.#writer.node('Conv', inputs, attributes));
  }

  dense(operation: LinearOperation, map: Dense, x: Value): Value {
    const scale = this.#weightScale(operation);
    const weights = new Float32Array(map.weights.length);
    for (let output = 0, at = 0; output < map.outputs; output++) {
      const times = scale(output);
      for (let i = 0; i < map.inputs; i++, at++) weights[at] = map.weights[at]! * times;
    }
    const inputs = [x, this.#writer.constant(weights, [map.outputs, map.inputs]), this.#bias(operation)];
    return this.#finish(operation, this.#writer.node('Gemm', inputs, { transB: 1 }));
  }

  add(operation: AddOperation, a: Value, b: Value): Value {
    const inputs = [a, b].map((value, position) => this.#scaled(operation, position, value));
    const least = operation.inputs.reduce((sum, id, at) => sum + this.#least(id) * integerFactor(operation, at), 0);
    return this.#clamped(operation, this.#writer.node('Add', inputs), least);
  }

  rescale(operation: RescaleOperation, x: Value): Value {
    const least = this.#least(operation.input) * integerFactor(operation, 0);
    return this.#clamped(operation, this.#scaled(operation, 0, x), least);
  }

  pool(operation: PoolOperation, x: Value, attributes: Attributes, whole: boolean): Value {
    const name = operation.kind === 'maxPool' ? 'MaxPool' : 'AveragePool';
    const value = whole ? this.#writer.node(`Global${name}`, [x]) : this.#writer.node(name, [x], attributes);
    return this.#clamped(operation, value, this.#least(operation.input));
  }

  concat(operation: ConcatOperation, inputs: readonly Value[], axis: number): Value {
    const parts = inputs.map((value, position) => this.#scaled(operation, position, value));
    return this.#writer.node('Concat', parts, { axis });
  }

  pad(_: PadOperation, x: Value, pads: readonly number[]): Value {
    return this.#writer.node('Pad', [x, this.#writer.small('int64', pads)]);
  }

  softmax(operation: SoftmaxOperation, x: Value, axis: number): Value {
    const step = softmaxStep(operation.exponentials);
    const logits = this.#times(x, step / this.#scales[operation.input]!);
    const probabilities = this.#writer.node('Softmax', [logits], { axis });
    const value = this.#times(probabilities, operation.unit * this.#scales[operation.output]!);
    return this.#clamped(operation, value, 0);
  }

  /** What one unit of the accumulator, and so one unit of a weight, stands for in the floats' network. */
  #weightScale({ input, output, requantization }: LinearOperation): (channel: number) => number {
    const tensor = this.#network.tensors[output]!;
    if (requantization === null) {
      if (tensor.kind !== 'accumulator') throw new TypeError('an accumulator tensor was expected');
      return (channel) => tensor.scales[channel]! / this.#scales[input]!;
    }
    const { multipliers, shift } = requantization;
    const unit = this.#scales[output]! / (this.#scales[input]! * 2 ** shift);
    return (channel) => multipliers[channel]! * unit;
  }

  #bias(operation: LinearOperation): Value {
    const scale = this.#weightScale(operation);
    const input = this.#scales[operation.input]!;
    const bias = Float32Array.from(operation.bias, (value, channel) => value * scale(channel) * input);
    return this.#writer.constant(bias, [bias.length]);
  }

  #finish({ output, requantization }: LinearOperation, value: Value): Value {
    return requantization === null ? value : this.#clamped({ ...requantization, output }, value, -Infinity);
  }

  #least(id: TensorId): number {
    const tensor = this.#network.tensors[id]!;
    return tensor.kind === 'activation' ? tensor.minimum : -Infinity;
  }

  /** The operation's clamp; `least` is what the value can be at least, in centred integers. */
  #clamped({ output, minimum, maximum }: Clamped, value: Value, least: number): Value {
    if (!this.clamps) return minimum < 0 || least >= 0 ? value : this.#writer.node('Relu', [value]);
    const limits = [minimum, maximum].map((limit) => this.#writer.small('float32', limit * this.#scales[output]!));
    return this.#writer.node('Clip', [value, ...limits]);
  }

  /** An input at the output's scale: itself, unless the scales that meet contradict each other. */
  #scaled(operation: TrustedOperation, position: number, value: Value): Value {
    const ratio = this.#scales[operation.output]! / this.#scales[operationInputs(operation)[position]!]!;
    return this.#times(value, integerFactor(operation, position) * ratio);
  }

  #times(value: Value, factor: number): Value {
    if (Math.abs(factor - 1) < NEAR_ONE) return value;
    return this.#writer.node('Mul', [value, this.#writer.small('float32', factor)]);
  }
}
