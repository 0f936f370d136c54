/** Builds a quantized network from operators between QuantizeLinear and DequantizeLinear, with the file's own scales. */

import {
  asImage,
  entryCount,
  type FloatInterpolation,
  type FloatPair,
  type RealFunction,
  realFunction,
} from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import type { LinearMap } from '../../model/linear-map.js';
import type { Operation, QuantizedNetwork } from '../../model/quantized-network.js';
import type { Padding } from '../../model/shapes.js';
import type { Tensor, TensorId } from '../../model/tensor.js';
import { countEntries } from '../shared/target/count-entries.js';
import type { ConvolutionLayer, DenseLayer, Handle, LayerWeights, Pooling, Target } from '../shared/target/target.js';
import {
  addTensor,
  type Emission,
  emitAverage,
  emitConcat,
  emitFineAverage,
  emitLinear,
  emitScaled,
  emitSoftmax,
  emitSum,
  formatOf,
} from './emit.js';
import { emitFunction, emitLayerNormalization, emitPair } from './emit-further.js';
import {
  type CodeFormat,
  isLimited,
  limited,
  NO_LIMITS,
  type Pending,
  type PendingLinear,
  type Stored,
} from './pending.js';

const NOT_QUANTIZED =
  'its input is not quantized: put a QuantizeLinear and a DequantizeLinear around every operator, or import the float model.';
/** Of scalings with offsets: weights are this or its negative, so that offsets are finer than a step of the input. */
const SCALING_WEIGHT = 64;
const LARGEST_WEIGHT = 32767;

function fail(why: string): never {
  throw new ModelError(why);
}

/** A handle is the index of a pending value. */
export class QuantizedTarget implements Target {
  readonly quantized = true;
  readonly input: Handle;
  readonly #emission: Emission = { tensors: [] as Tensor[], operations: [] as Operation[] };
  readonly #values: Pending[] = [];
  readonly #name: string;
  readonly #inputName: string;
  readonly #charge: (entries: number) => void;
  #inputId: TensorId | null = null;

  constructor(name: string, inputName: string, inputShape: readonly number[], charge: (entries: number) => void) {
    this.#name = name;
    this.#inputName = inputName;
    this.#charge = charge;
    this.input = this.#add({ kind: 'unread', shape: inputShape });
  }

  build(outputs: readonly { readonly handle: Handle; readonly name: string }[]): QuantizedNetwork {
    const ids = outputs.map(({ handle, name }) => this.#finished(handle, name));
    if (this.#inputId === null) return fail(`${this.#name}: its input is never quantized.`);
    return { name: this.#name, ...this.#emission, input: this.#inputId, outputs: ids };
  }

  shape(x: Handle): readonly number[] {
    return this.#values[x]!.shape;
  }

  // Between real numbers and codes

  /** The value stored in that format: QuantizeLinear. */
  quantize(x: Handle, to: CodeFormat, name: string): Handle {
    const value = this.#values[x]!;
    if (value.kind === 'unread') return this.#store(this.#readInput(to, value.shape), to.scale, false);
    const id = this.#emit(value, to, name);
    return this.#store(id, to.scale, false);
  }

  /** Stored codes read as real numbers: DequantizeLinear. The format must be the one they were stored in. */
  dequantize(x: Handle, format: CodeFormat): Handle {
    return this.#store(this.#codes(x, format, true), format.scale, true);
  }

  /** Stored codes read as whole numbers, code - zero point. */
  centred(x: Handle, format: CodeFormat): Handle {
    return this.#store(this.#codes(x, format, false), 1, true);
  }

  isReal(x: Handle): boolean {
    const value = this.#values[x]!;
    return value.kind !== 'unread' && (value.kind !== 'stored' || value.real);
  }

  // Operators

  reshape(x: Handle, shape: readonly number[], name: string): Handle {
    const value = this.#values[x]!;
    if (value.kind === 'unread' || value.kind === 'joined' || value.kind === 'taken') return fail(NOT_QUANTIZED);
    // What is not computed yet takes its shape when it is.
    if (value.kind !== 'stored') return this.#add({ ...value, shape });
    const from = this.#format(value);
    const id = addTensor(this.#emission, name, shape, from, from);
    this.#emission.operations.push({ kind: 'reshape', name, input: value.id, output: id });
    return this.#add({ ...value, id, shape });
  }

  convolution(x: Handle, layer: ConvolutionLayer, _name: string): Handle {
    const input = this.#real(x);
    const { outputs, weights, bias, kernel, stride, dilation, padding, groups } = layer;
    const extent = asImage(input.shape);
    const span = (size: number, taps: number, step: number, spread: number): number =>
      Math.floor((size - (spread * (taps - 1) + 1)) / step) + 1;
    const shape = [
      span(extent.height + padding.top + padding.bottom, kernel.height, stride.y, dilation.y),
      span(extent.width + padding.left + padding.right, kernel.width, stride.x, dilation.x),
      outputs,
    ];
    countEntries(shape, 'the result', 1);
    const geometry = { kernel, stride, dilation, padding, groups, outputChannels: outputs };
    return this.#linear(input, weights, bias, shape, (codes, inputRange) => {
      return { kind: 'convolution', input: extent, ...geometry, weights: codes, inputRange };
    });
  }

  dense(x: Handle, { outputs, weights, bias }: DenseLayer, _name: string): Handle {
    const input = this.#real(x);
    const inputs = entryCount(input.shape);
    return this.#linear(input, weights, bias, [outputs], (codes, inputRange) => {
      return { kind: 'dense', inputs, outputs, weights: codes, inputRange };
    });
  }

  affine(x: Handle, factors: Float64Array, offsets: Float64Array, name: string): Handle {
    const value = this.#values[x]!;
    const single = factors.length === 1 && offsets.length === 1 && offsets[0] === 0 && factors[0]! > 0;
    if (value.kind === 'linear' && !isLimited(value)) return this.#add(this.#scaledLinear(value, factors, offsets));
    if (single && value.kind === 'scaled' && !isLimited(value)) {
      return this.#add({ ...value, factor: value.factor * factors[0]! });
    }
    const stored = this.#real(x);
    if (single) return this.#add({ kind: 'scaled', x: stored, factor: factors[0]!, shape: stored.shape, ...NO_LIMITS });
    if (factors.length === 1 && offsets.length === 1) {
      return this.function(x, realFunction('affine', factors[0]!, offsets[0]!), name);
    }
    return this.#add(this.#scaledLinear(this.#copy(stored), factors, offsets));
  }

  clamp(x: Handle, minimum: number, maximum: number, _name: string): Handle {
    const value = this.#values[x]!;
    if (value.kind === 'stored') {
      const stored = this.#real(x);
      return this.#add({ kind: 'scaled', x: stored, factor: 1, minimum, maximum, shape: stored.shape });
    }
    if (value.kind === 'taken') {
      return this.#add({ ...value, value: { ...value.value, ...limited(value.value, { minimum, maximum }) } });
    }
    if (!('minimum' in value)) return fail(NOT_QUANTIZED);
    return this.#add({ ...value, ...limited(value, { minimum, maximum }) });
  }

  add(a: Handle, b: Handle, _name: string): Handle {
    const [left, right] = [this.#real(a), this.#real(b)];
    return this.#add({ kind: 'sum', a: left, b: right, shape: left.shape, ...NO_LIMITS });
  }

  pair(how: FloatPair['kind'], a: Handle, b: Handle, _name: string): Handle {
    const [left, right] = [this.#real(a), this.#real(b)];
    return this.#add({ kind: 'pair', how, a: left, b: right, shape: left.shape, ...NO_LIMITS });
  }

  function(x: Handle, function_: RealFunction, _name: string): Handle {
    const stored = this.#real(x);
    return this.#add({ kind: 'function', x: stored, function: function_, shape: stored.shape, ...NO_LIMITS });
  }

  take(x: Handle, offsets: readonly Int32Array[], name: string): Handle {
    const shape = offsets.map(({ length }) => length);
    const value = this.#values[x]!;
    if (value.kind === 'linear') {
      // The layer is quantized first, by the QuantizeLinear that follows.
      countEntries(shape, 'the result', 1);
      return this.#add({ kind: 'taken', value, offsets, shape });
    }
    return this.#moved(x, shape, name, (input, output) => ({ kind: 'take', name, input, output, offsets }));
  }

  interpolate(x: Handle, rows: FloatInterpolation, columns: FloatInterpolation, name: string): Handle {
    const shape = [rows.lower.length, columns.lower.length, this.shape(x).at(-1)!];
    const whole = ({ lower, upper, weights }: FloatInterpolation) => ({
      lower,
      upper,
      weights: Int32Array.from(weights, (weight) => Math.round(1024 * weight)),
    });
    const how = { rows: whole(rows), columns: whole(columns) };
    return this.#moved(x, shape, name, (input, output) => ({ kind: 'interpolate', name, input, output, ...how }));
  }

  pool(x: Handle, how: Pooling, name: string): Handle {
    const { window, stride, padding } = how;
    const value = how.kind === 'maxPool' ? this.#stored(x) : this.#real(x);
    const { height, width, channels } = asImage(value.shape);
    const { top, bottom, left, right } = padding;
    if (Math.max(top, bottom) >= window.height || Math.max(left, right) >= window.width) {
      fail('its padding must be smaller than its window.');
    }
    const shape = [
      Math.floor((height + top + bottom - window.height) / stride.y) + 1,
      Math.floor((width + left + right - window.width) / stride.x) + 1,
      channels,
    ];
    countEntries(shape, 'the result', 1);
    if (how.kind === 'averagePool') return this.#add({ kind: 'average', x: value, how, shape, ...NO_LIMITS });
    const from = this.#format(value);
    const id = addTensor(this.#emission, name, shape, from, from);
    const { minimum, maximum } = from;
    this.#emission.operations.push({ ...how, name, input: value.id, output: id, minimum, maximum });
    return this.#add({ ...value, id, shape });
  }

  concat(parts: readonly Handle[], axis: number, name: string): Handle {
    const values = parts.map((part) => this.#stored(part));
    const [first] = values as [Stored];
    const shape = first.shape.with(
      axis,
      values.reduce((sum, part) => sum + part.shape[axis]!, 0),
    );
    countEntries(shape, 'the result', 1);
    const formats = values.map((value) => this.#format(value));
    const [format] = formats as [CodeFormat];
    const alike = values.every((value, at) => {
      return value.scale === first.scale && value.real === first.real && formats[at]!.zeroPoint === format.zeroPoint;
    });
    if (!alike) {
      if (!values.every(({ real }) => real)) fail('its inputs are codes of different scales.');
      return this.#add({ kind: 'joined', parts: values, axis, shape });
    }
    const range = {
      minimum: Math.min(...formats.map(({ minimum }) => minimum)),
      maximum: Math.max(...formats.map(({ maximum }) => maximum)),
    };
    const id = addTensor(this.#emission, name, shape, format, range);
    this.#emission.operations.push({ kind: 'concat', name, inputs: values.map((value) => value.id), output: id, axis });
    return this.#add({ ...first, id, shape });
  }

  pad(x: Handle, padding: Padding, name: string): Handle {
    const value = this.#stored(x);
    const from = this.#format(value);
    if (!value.real && from.zeroPoint !== 0) fail('it pads codes with another code than their zero point.');
    const { height, width, channels } = asImage(value.shape);
    const shape = [height + padding.top + padding.bottom, width + padding.left + padding.right, channels];
    countEntries(shape, 'the result', 1);
    const id = addTensor(this.#emission, name, shape, from, from);
    this.#emission.operations.push({ kind: 'pad', name, input: value.id, output: id, padding });
    return this.#add({ ...value, id, shape });
  }

  layerNormalization(x: Handle, scale: Float32Array, offset: Float32Array, epsilon: number, _name: string): Handle {
    const stored = this.#real(x);
    return this.#add({ kind: 'layerNormalization', x: stored, scale, offset, epsilon, shape: stored.shape });
  }

  softmax(x: Handle, _name: string): Handle {
    const stored = this.#real(x);
    return this.#add({ kind: 'softmax', x: stored, shape: stored.shape });
  }

  // Parts

  /** An operation that keeps its input's format, whether or not that is read as real numbers. */
  #moved(
    x: Handle,
    shape: readonly number[],
    name: string,
    operation: (input: TensorId, output: TensorId) => Operation,
  ): Handle {
    const value = this.#stored(x);
    countEntries(shape, 'the result', 1);
    const from = this.#format(value);
    const id = addTensor(this.#emission, name, shape, from, from);
    this.#emission.operations.push(operation(value.id, id));
    return this.#add({ ...value, id, shape });
  }

  #add(value: Pending): Handle {
    return this.#values.push(value) - 1;
  }

  #format(value: Stored): CodeFormat {
    return formatOf(this.#emission.tensors[value.id]!);
  }

  #store(id: TensorId, scale: number, real: boolean): Handle {
    return this.#add({ kind: 'stored', id, scale, real, shape: this.#emission.tensors[id]!.shape });
  }

  #stored(x: Handle): Stored {
    const value = this.#values[x]!;
    return value.kind === 'stored' ? value : fail(NOT_QUANTIZED);
  }

  #real(x: Handle): Stored {
    const value = this.#stored(x);
    return value.real ? value : fail('its input holds codes that are not dequantized.');
  }

  /** The network's input gets its format from the first node that says it. */
  #readInput(format: CodeFormat, shape: readonly number[]): TensorId {
    if (this.#inputId === null) {
      this.#inputId = addTensor(this.#emission, this.#inputName, shape, format, format);
      return this.#inputId;
    }
    const { scale, zeroPoint } = formatOf(this.#emission.tensors[this.#inputId]!);
    if (scale !== format.scale || zeroPoint !== format.zeroPoint) fail('the input is quantized in two ways.');
    return this.#inputId;
  }

  #codes(x: Handle, format: CodeFormat, sameScale: boolean): TensorId {
    const value = this.#values[x]!;
    if (value.kind === 'unread') return this.#readInput(format, value.shape);
    if (value.kind !== 'stored' || value.real) return fail('its input is not stored codes.');
    const stored = this.#format(value);
    if (stored.zeroPoint !== format.zeroPoint || (sameScale && stored.scale !== format.scale)) {
      fail('its input was quantized with another scale or zero point.');
    }
    return value.id;
  }

  #linear(
    input: Stored,
    weights: LayerWeights,
    bias: Float64Array | null,
    shape: readonly number[],
    mapOf: (codes: Int16Array, range: { minimum: number; maximum: number }) => LinearMap,
  ): Handle {
    if (weights.scales === null) throw new TypeError('a quantized network has codes for weights');
    const { minimum, maximum } = this.#format(input);
    if (weights.values.some((code) => Math.abs(code) > LARGEST_WEIGHT)) fail('its weights have more than 16 bits.');
    const map = mapOf(Int16Array.from(weights.values), { minimum, maximum });
    const accumulatorScales = weights.scales.map((scale) => scale * input.scale);
    const offsets = bias ?? new Float64Array(accumulatorScales.length);
    return this.#add({ kind: 'linear', input: input.id, map, accumulatorScales, bias: offsets, shape, ...NO_LIMITS });
  }

  /** x as a linear layer that copies it, for a scaling channel by channel to act on. */
  #copy(x: Stored): PendingLinear {
    const extent = asImage(x.shape);
    const { channels } = extent;
    const { minimum, maximum } = this.#format(x);
    this.#charge(3 * channels);
    const map: LinearMap = {
      kind: 'convolution',
      input: extent,
      kernel: { height: 1, width: 1 },
      stride: { y: 1, x: 1 },
      dilation: { y: 1, x: 1 },
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
      groups: channels,
      outputChannels: channels,
      weights: new Int16Array(channels).fill(SCALING_WEIGHT),
      inputRange: { minimum, maximum },
    };
    const accumulatorScales = new Float64Array(channels).fill(x.scale / SCALING_WEIGHT);
    const bias = new Float64Array(channels);
    return { kind: 'linear', input: x.id, map, accumulatorScales, bias, shape: x.shape, ...NO_LIMITS };
  }

  /** A factor's sign goes into the weights, its size into the accumulators' scale. */
  #scaledLinear(layer: PendingLinear, factors: Float64Array, offsets: Float64Array): PendingLinear {
    const channels = layer.bias.length;
    for (const { length } of [factors, offsets]) {
      if (length !== 1 && length !== channels) fail(`it has ${length} numbers for ${channels} channels.`);
    }
    const at = (values: Float64Array, channel: number): number => values[values.length === 1 ? 0 : channel]!;
    const terms = layer.map.weights.length / channels;
    this.#charge(layer.map.weights.length);
    const weights = layer.map.weights.map((weight, index) => {
      return weight * Math.sign(at(factors, Math.floor(index / terms)));
    });
    return {
      ...layer,
      map: { ...layer.map, weights },
      accumulatorScales: layer.accumulatorScales.map((scale, channel) => scale * (Math.abs(at(factors, channel)) || 1)),
      bias: layer.bias.map((value, channel) => value * at(factors, channel) + at(offsets, channel)),
    };
  }

  #emit(value: Exclude<Pending, { kind: 'unread' }>, to: CodeFormat, name: string): TensorId {
    switch (value.kind) {
      case 'stored': {
        if (!value.real) fail('its input is codes already.');
        return emitScaled(
          this.#emission,
          { kind: 'scaled', x: value, factor: 1, shape: value.shape, ...NO_LIMITS },
          to,
          name,
        );
      }
      case 'linear':
        return emitLinear(this.#emission, value, to, name);
      case 'sum':
        return emitSum(this.#emission, value, to, name);
      case 'scaled':
        return emitScaled(this.#emission, value, to, name);
      case 'average':
        return emitAverage(this.#emission, value, to, name);
      case 'function':
        return emitFunction(this.#emission, value, to, name);
      case 'pair':
        return emitPair(this.#emission, value, to, name);
      case 'taken': {
        const { offsets, shape } = value;
        const input = emitLinear(this.#emission, value.value, to, `${name}/layer`);
        const from = formatOf(this.#emission.tensors[input]!);
        const output = addTensor(this.#emission, name, shape, from, from);
        this.#emission.operations.push({ kind: 'take', name, input, output, offsets });
        return output;
      }
      case 'joined':
        return emitConcat(this.#emission, value, to, name);
      case 'layerNormalization':
        return emitLayerNormalization(this.#emission, value, to, name);
      case 'softmax':
        return emitSoftmax(this.#emission, value, to, name);
    }
  }

  /** An output need not be quantized where its own integers say more. */
  #finished(x: Handle, name: string): TensorId {
    const value = this.#values[x]!;
    if (value.kind === 'stored') return value.id;
    if (value.kind === 'linear' && !isLimited(value)) return emitLinear(this.#emission, value, null, name);
    if (value.kind === 'average' && !isLimited(value)) return emitFineAverage(this.#emission, value, name).id;
    if (value.kind === 'softmax') {
      const probabilities = { scale: 1 / 256, zeroPoint: -128, minimum: 0, maximum: 255 };
      return emitSoftmax(this.#emission, value, probabilities, name);
    }
    return fail(`${this.#name}: its output "${name}" is not quantized: put a QuantizeLinear before it.`);
  }
}
