/**
 * Layer normalization that a model writes in several operations becomes one, which rounds twice: its parts, each rounded to 8 bits, would lose
 * most of what a variance is. Found are mean, difference, square, mean, sum with epsilon, root, quotient, in any order of operands and with any
 * reshapes between, and behind them what is multiplied and added entry by entry of a row.
 */
import {
  entryCount,
  type FloatLayerNormalization,
  type FloatNetwork,
  type FloatOperation,
  type FloatPair,
  type FloatTake,
  type FloatTensorId,
  inputsOf,
} from '../graph/index.js';
import { endsIn } from '../model/tensor.js';
import { withoutUnreadOperations } from './graph.js';

/** x - mean(x) of each row of n entries. */
interface Deviation {
  readonly x: FloatTensorId;
  /** The same entries, in a shape that ends in a row. */
  readonly rows: FloatTensorId;
  readonly n: number;
}

/** gain / sqrt(variance + epsilon). */
interface InverseRoot {
  readonly variance: FloatTensorId;
  readonly gain: number;
  readonly epsilon: number;
}

/** Reads a network backwards from one operation, noting the operations that it finds. */
class Trace {
  readonly inside = new Set<FloatOperation>();
  readonly #network: FloatNetwork;
  readonly #producers: ReadonlyMap<FloatTensorId, FloatOperation>;

  constructor(network: FloatNetwork, producers: ReadonlyMap<FloatTensorId, FloatOperation>) {
    this.#network = network;
    this.#producers = producers;
  }

  shape(id: FloatTensorId): readonly number[] {
    return this.#network.tensors[id]!.shape;
  }

  count(id: FloatTensorId): number {
    return entryCount(this.shape(id));
  }

  /** The tensor of which this one is a reshape, which is not noted: others may read it. */
  root(id: FloatTensorId): FloatTensorId {
    const producer = this.#producers.get(id);
    return producer?.kind === 'reshape' ? this.root(producer.input) : id;
  }

  /** What made the tensor, before it was reshaped or its entries were repeated along rows. */
  behind(id: FloatTensorId): FloatOperation | undefined {
    const producer = this.#producers.get(id);
    if (producer === undefined) return undefined;
    this.inside.add(producer);
    const passed = producer.kind === 'reshape' || (producer.kind === 'take' && this.#repeats(producer));
    return passed ? this.behind(producer.input) : producer;
  }

  /** Whether entry p of the result is entry floor(p / n) of the input. */
  #repeats({ input, output, offsets }: FloatTake): boolean {
    const n = this.count(output) / this.count(input);
    const place = (at: number): number => {
      let rest = at;
      return offsets.reduceRight((sum, list) => {
        const offset = list[rest % list.length]!;
        rest = Math.floor(rest / list.length);
        return sum + offset;
      }, 0);
    };
    for (let at = 0; at < this.count(output); at++) if (place(at) !== Math.floor(at / n)) return false;
    return n > 1;
  }
}

/** What an average over rows is of, and how long these are. */
function mean(trace: Trace, id: FloatTensorId): { readonly of: FloatTensorId; readonly n: number } | null {
  const operation = trace.behind(id);
  if (operation?.kind !== 'averagePool') return null;
  const { input, window, stride, padding } = operation;
  const [channels = 1, width = 1, height = 1] = trace.shape(input).toReversed();
  const wide = channels === 1 && window.width === width && Object.values(padding).every((side) => side === 0);
  const apart = window.height === height || (stride.y === window.height && height % window.height === 0);
  return wide && apart ? { of: input, n: window.width * window.height } : null;
}

function isPlain(operation: FloatOperation | undefined, kind: FloatPair['kind']): operation is FloatPair {
  return operation?.kind === kind && operation.activation === 'none';
}

function deviation(trace: Trace, id: FloatTensorId): Deviation | null {
  const operation = trace.behind(id);
  if (!isPlain(operation, 'subtract')) return null;
  const [x, subtracted] = operation.inputs;
  const average = mean(trace, subtracted);
  if (average === null || trace.root(average.of) !== trace.root(x)) return null;
  if (trace.count(average.of) !== trace.count(x)) return null;
  return { x: trace.root(x), rows: endsIn(trace.shape(x), average.n) ? x : average.of, n: average.n };
}

/** What the tensor is the square of. */
function squaredFrom(trace: Trace, id: FloatTensorId): FloatTensorId | null {
  const operation = trace.behind(id);
  if (operation?.kind === 'function') return isFunction(operation, 'power', 2) ? operation.input : null;
  if (!isPlain(operation, 'multiply')) return null;
  const [a, b] = operation.inputs;
  return trace.root(a) === trace.root(b) ? a : null;
}

function isFunction(operation: FloatOperation | undefined, name: string, parameter?: number) {
  if (operation?.kind !== 'function' || operation.function.name !== name) return null;
  const { input, function: f } = operation;
  const [first = 1] = f.name === 'composition' ? [] : f.parameters;
  return parameter === undefined || first === parameter ? { input, first } : null;
}

/** factor * x + offset, both the same everywhere. */
function uniform(
  operation: FloatOperation | undefined,
): { input: FloatTensorId; factor: number; offset: number } | null {
  if (operation?.kind === 'function' && operation.function.name === 'affine') {
    const [factor, offset] = operation.function.parameters as [number, number];
    return { input: operation.input, factor, offset };
  }
  if (operation?.kind !== 'batchNorm') return null;
  const { factors, offsets } = affineOf(operation);
  const alike = (values: Float64Array): boolean => values.every((value) => value === values[0]);
  if (!alike(factors) || !alike(offsets)) return null;
  return { input: operation.input, factor: factors[0]!, offset: offsets[0]! };
}

function affineOf({ scale, offset, mean, variance, epsilon }: FloatOperation & { kind: 'batchNorm' }) {
  const factors = Float64Array.from(scale, (value, c) => value / Math.sqrt(variance[c]! + epsilon));
  return { factors, offsets: Float64Array.from(offset, (value, c) => value - mean[c]! * factors[c]!) };
}

/** 1 / sqrt(x), written with a reciprocal before or behind the root, or as one power: of what, and times what. */
function reciprocalRoot(trace: Trace, id: FloatTensorId): { of: FloatTensorId; gain: number } | null {
  const last = trace.behind(id);
  const power = isFunction(last, 'power', -0.5);
  if (power !== null) return { of: power.input, gain: 1 };
  const isRoot = (operation: FloatOperation | undefined) =>
    isFunction(operation, 'squareRoot') ?? isFunction(operation, 'power', 0.5);
  const reciprocal = isFunction(last, 'reciprocal');
  if (reciprocal !== null) {
    const root = isRoot(trace.behind(reciprocal.input));
    return root && { of: root.input, gain: reciprocal.first };
  }
  const root = isRoot(last);
  const inner = root && isFunction(trace.behind(root.input), 'reciprocal');
  return inner && inner.first > 0 ? { of: inner.input, gain: Math.sqrt(inner.first) } : null;
}

function inverseRoot(trace: Trace, id: FloatTensorId): InverseRoot | null {
  const root = reciprocalRoot(trace, id);
  const sum = root && uniform(trace.behind(root.of));
  // A factor is that of a variance divided by n - 1.
  if (!root || !sum || !(sum.factor > 0 && sum.offset > 0)) return null;
  return { variance: sum.input, gain: root.gain / Math.sqrt(sum.factor), epsilon: sum.offset / sum.factor };
}

/** The normalization that ends in this product, with the product's operands in this order. */
function normalized(trace: Trace, left: FloatTensorId, right: FloatTensorId) {
  const numerator = deviation(trace, left);
  const root = inverseRoot(trace, right);
  const variance = root && mean(trace, root.variance);
  const squared = variance && squaredFrom(trace, variance.of);
  const other = squared === null ? null : deviation(trace, squared);
  if (!numerator || !root || !variance || !other) return null;
  const same = numerator.x === other.x && numerator.n === other.n && numerator.n === variance.n;
  return same ? { ...root, input: numerator.rows, n: numerator.n } : null;
}

/** The one operation that follows, and multiplies and adds; behind reshapes. */
function withParameters(
  network: FloatNetwork,
  readers: ReadonlyMap<FloatTensorId, readonly FloatOperation[]>,
  trace: Trace,
  product: FloatOperation,
  n: number,
  gain: number,
): { scale: Float64Array; offset: Float64Array; last: FloatOperation } {
  let scale = new Float64Array(n).fill(gain);
  let offset = new Float64Array(n);
  let last = product;
  const passed: FloatOperation[] = [];
  for (let id = product.output; ; ) {
    const [next, ...others] = readers.get(id) ?? [];
    if (next === undefined || others.length > 0 || network.outputs.includes(id)) break;
    passed.push(next);
    id = next.output;
    if (next.kind === 'reshape') continue;
    if (next.kind !== 'batchNorm' || n % next.scale.length !== 0) break;
    const { factors, offsets } = affineOf(next);
    const at = (index: number): number => index % factors.length;
    scale = scale.map((value, index) => value * factors[at(index)]!);
    offset = offset.map((value, index) => value * factors[at(index)]! + offsets[at(index)]!);
    last = next;
    for (const operation of passed.splice(0)) trace.inside.add(operation);
  }
  return { scale, offset, last };
}

/** An equal network (up to float rounding) in which such operations are one, unless what lies between them is read elsewhere. */
export function recognizeNormalization(network: FloatNetwork): FloatNetwork {
  const producers = new Map(network.operations.map((operation) => [operation.output, operation]));
  const readers = new Map<FloatTensorId, FloatOperation[]>();
  for (const operation of network.operations) {
    for (const id of inputsOf(operation)) readers.set(id, [...(readers.get(id) ?? []), operation]);
  }
  const found = new Map<FloatOperation, FloatLayerNormalization>();
  const gone = new Set<FloatOperation>();
  for (const product of network.operations) {
    if (!isPlain(product, 'multiply')) continue;
    const [a, b] = product.inputs;
    for (const [left, right] of [
      [a, b],
      [b, a],
    ] as const) {
      const trace = new Trace(network, producers);
      const core = normalized(trace, left, right);
      if (core === null) continue;
      trace.inside.add(product);
      const { scale, offset, last } = withParameters(network, readers, trace, product, core.n, core.gain);
      const hidden = (operation: FloatOperation): boolean =>
        !network.outputs.includes(operation.output) &&
        (readers.get(operation.output) ?? []).every((reader) => trace.inside.has(reader));
      if (![...trace.inside].every((operation) => operation === last || hidden(operation))) continue;
      for (const operation of trace.inside) gone.add(operation);
      const { name, output } = last;
      const parameters = { scale: Float32Array.from(scale), offset: Float32Array.from(offset), epsilon: core.epsilon };
      found.set(last, { kind: 'layerNormalization', name, input: core.input, output, ...parameters });
      break;
    }
  }
  if (found.size === 0) return network;
  const operations = network.operations.flatMap((operation): FloatOperation[] => {
    const whole = found.get(operation);
    if (whole !== undefined) return [whole];
    return gone.has(operation) ? [] : [operation];
  });
  return { ...network, operations: withoutUnreadOperations(operations, network.outputs) };
}
