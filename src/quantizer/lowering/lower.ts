/**
 * From a graph to a network of integers: the only place that makes one. A tensor has a format because the model says it (`store`) or because
 * the quantizer chose it; what has none is kept as a value, and takes the format of what reads it.
 */
import {
  type FloatNetwork,
  type FloatOperation,
  type FloatTensorId,
  inputsOf,
  isLinear,
  realFunction,
} from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import { M31 } from '../../model/modulus.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import type { Quantization, TensorId } from '../../model/tensor.js';
import { PROBABILITIES } from '../activation-quantization.js';
import { emitFineAverage } from './average.js';
import { emitComputed } from './computed.js';
import { type Destination, Emission, type Source } from './emission.js';
import { isLimited, LIMITS, type Limits, limited, NO_LIMITS } from './limits.js';
import { copyingLayer, emitLayer, emitSums, integerLayer, scaledLayer } from './linear.js';
import { emitJoined, emitMove, isMove, type Move } from './moves.js';
import { emitRescaled } from './rescale.js';
import type { Computed, Value } from './value.js';

const NOT_QUANTIZED =
  'its input is not quantized: a quantized model says for every operator how its inputs and its result are stored (in ONNX, a ' +
  'QuantizeLinear and a DequantizeLinear around each); or import the float model.';

function fail(why: string): never {
  throw new ModelError(why);
}

class Lowering {
  readonly #network: FloatNetwork;
  readonly #largestSum: number;
  readonly #into = new Emission();
  readonly #values = new Map<FloatTensorId, Value>();

  constructor(network: FloatNetwork, largestSum: number) {
    this.#network = network;
    this.#largestSum = largestSum;
  }

  run(): QuantizedNetwork {
    const { name, tensors, operations, input, outputs } = this.#network;
    const { format, ...first } = tensors[input]!;
    if (format === undefined) return fail(`${name}: its input is never quantized.`);
    const id = this.#into.add({ ...first, format }, format);
    this.#values.set(input, { kind: 'stored', source: { id, scale: format.scale } });
    for (const operation of operations) this.#at(operation.name, () => this.#lower(operation));
    const ids = outputs.map((output) => this.#at(tensors[output]!.name, () => this.#finished(output)));
    const { tensors: made, operations: done } = this.#into;
    return { name, tensors: made, operations: done, input: id, outputs: ids };
  }

  /** Says where, if anything is refused. */
  #at<T>(name: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      throw new ModelError(`${this.#network.name}: "${name}" cannot be used: ${error.message}`);
    }
  }

  #lower(operation: FloatOperation): void {
    const { format } = this.#network.tensors[operation.output]!;
    const value = operation.kind === 'store' ? this.#value(operation.input) : this.#valueOf(operation);
    const keep = format === undefined || (value.kind === 'stored' && operation.kind !== 'store');
    this.#values.set(operation.output, keep ? value : this.#stored(value, this.#destination(operation, format)));
  }

  #destination({ name, output }: FloatOperation, format: Quantization): Destination {
    return { name, shape: this.#shape(output), format };
  }

  #shape(id: FloatTensorId): readonly number[] {
    return this.#network.tensors[id]!.shape;
  }

  #value(id: FloatTensorId): Value {
    return this.#values.get(id) ?? fail(NOT_QUANTIZED);
  }

  /** The integers that the tensor is stored as. */
  #source(id: FloatTensorId): Source {
    const value = this.#value(id);
    return value.kind === 'stored' ? value.source : fail(NOT_QUANTIZED);
  }

  #valueOf(operation: FloatOperation): Value {
    if (isLinear(operation)) {
      const layer = integerLayer(operation, this.#source(operation.input), this.#into, this.#largestSum);
      const layerShape = this.#shape(operation.output);
      return { kind: 'layer', layer, layerShape, offsets: null, limits: LIMITS[operation.activation] };
    }
    if (isMove(operation)) return this.#moved(operation);
    switch (operation.kind) {
      case 'store':
        return this.#value(operation.input);
      case 'read':
        return { kind: 'stored', source: { id: this.#source(operation.input).id, scale: operation.scale } };
      case 'activation':
        return this.#cut(this.#value(operation.input), LIMITS[operation.activation]);
      case 'batchNorm':
        return this.#scaled(operation);
      case 'concat':
        return this.#joined(operation);
    }
    if (operation.kind === 'function' && operation.function.name === 'clamp') {
      const [minimum, maximum] = operation.function.parameters as [number, number];
      return this.#cut(this.#value(operation.input), { minimum, maximum });
    }
    const limits = 'activation' in operation ? LIMITS[operation.activation] : NO_LIMITS;
    return this.#computed(operation, inputsOf(operation), limits);
  }

  #computed(operation: Computed, inputs: readonly FloatTensorId[], limits: Limits) {
    return { kind: 'computed', operation, inputs: inputs.map((id) => this.#source(id)), limits } as const;
  }

  #cut(value: Value, limits: Limits): Value {
    if (value.kind !== 'stored') return { ...value, limits: limited(value.limits, limits) };
    return { kind: 'scaled', source: value.source, limits };
  }

  /** scale[c] * x + offset[c], of a layer that is not stored or of stored integers. */
  #scaled(norm: Extract<FloatOperation, { kind: 'batchNorm' }>): Value {
    const factors = Float64Array.from(norm.scale, (scale, c) => scale / Math.sqrt(norm.variance[c]! + norm.epsilon));
    const offsets = Float64Array.from(norm.offset, (offset, c) => offset - norm.mean[c]! * factors[c]!);
    const value = this.#value(norm.input);
    const limits = NO_LIMITS;
    if (value.kind === 'layer' && !isLimited(value.limits) && value.offsets === null) {
      return { ...value, layer: scaledLayer(value.layer, factors, offsets) };
    }
    const [factor, offset] = [factors[0]!, offsets[0]!];
    if (factors.every((one) => one === factor) && offsets.every((one) => one === offset)) {
      const only = factor > 0 && offset === 0;
      if (only && (value.kind === 'stored' || (value.kind === 'scaled' && !isLimited(value.limits)))) {
        const { id, scale } = value.source;
        return { kind: 'scaled', source: { id, scale: scale * factor }, limits };
      }
      const { name, input, output } = norm;
      const operation = {
        kind: 'function',
        name,
        input,
        output,
        function: realFunction('affine', factor, offset),
      } as const;
      return this.#computed(operation, [input], limits);
    }
    const copy = copyingLayer(this.#source(norm.input), this.#into);
    const layerShape = this.#shape(norm.output);
    return { kind: 'layer', layer: scaledLayer(copy, factors, offsets), layerShape, offsets: null, limits };
  }

  /** Integers that stand for the same move at once; a layer that is not stored moves when it is. */
  #moved(operation: Move): Value {
    const value = this.#value(operation.input);
    if (value.kind === 'stored') {
      return { kind: 'stored', source: emitMove(this.#into, operation, value.source, this.#shape(operation.output)) };
    }
    if (operation.kind === 'reshape') return value;
    if (operation.kind === 'take' && value.kind === 'layer' && value.offsets === null) {
      return { ...value, offsets: operation.offsets, layerShape: this.#shape(operation.input) };
    }
    return fail(NOT_QUANTIZED);
  }

  #joined(operation: Extract<FloatOperation, { kind: 'concat' }>): Value {
    const value = this.#computed(operation, operation.inputs, NO_LIMITS);
    const [first = fail('it joins nothing.')] = value.inputs;
    const format = this.#into.tensor(first.id);
    const alike = value.inputs.every((part) => {
      return part.scale === first.scale && this.#into.tensor(part.id).zeroPoint === format.zeroPoint;
    });
    if (!alike) return value;
    const joined = emitJoined(this.#into, operation, value.inputs, this.#destination(operation, format));
    return { kind: 'stored', source: { ...joined, scale: first.scale } };
  }

  #stored(value: Value, to: Destination): Value {
    return { kind: 'stored', source: { id: this.#emitted(value, to), scale: to.format.scale } };
  }

  #emitted(value: Value, to: Destination): TensorId {
    const into = this.#into;
    switch (value.kind) {
      case 'stored':
        return emitRescaled(into, value.source, to);
      case 'scaled':
        return emitRescaled(into, value.source, to, value.limits);
      case 'computed':
        return emitComputed(into, value.operation, value.inputs, value.limits, to);
      case 'layer': {
        const { layer, limits, offsets, layerShape } = value;
        if (offsets === null) return emitLayer(into, layer, limits, to);
        const input = emitLayer(into, layer, limits, { ...to, name: `${to.name}/layer`, shape: layerShape });
        return into.push({ kind: 'take', name: to.name, input, offsets }, to);
      }
    }
  }

  /** An output need not be stored where its own integers say more. */
  #finished(id: FloatTensorId): TensorId {
    const value = this.#value(id);
    const { name, shape } = this.#network.tensors[id]!;
    if (value.kind === 'stored') return value.source.id;
    if (value.kind === 'layer' && value.offsets === null && !isLimited(value.limits)) {
      return emitSums(this.#into, value.layer, name, shape);
    }
    if (value.kind === 'computed' && !isLimited(value.limits)) {
      const { operation, inputs } = value;
      if (operation.kind === 'averagePool') return emitFineAverage(this.#into, operation, inputs[0]!, name, shape).id;
      if (operation.kind === 'softmax') return this.#emitted(value, { name, shape, format: PROBABILITIES });
    }
    return fail(`its output "${name}" is not quantized: in ONNX, put a QuantizeLinear before it.`);
  }
}

/**
 * The network of integers that a graph is, whose tensors have formats or take those of what reads them.
 * @param network prepared, if its formats were chosen for it
 * @param largestSum no sum of a layer with real weights is larger: their codes are made coarser until it holds
 * @throws ModelError, naming the operation, when something that must be stored is not, or scales do not fit each other
 */
export function lower(network: FloatNetwork, largestSum = (M31 - 1) / 2): QuantizedNetwork {
  return new Lowering(network, largestSum).run();
}
