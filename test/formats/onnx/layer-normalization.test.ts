/** LayerNormalization as an operator, and as the operators that older exporters write for it. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../../src/fast/index.js';
import { importOnnx } from '../../../src/formats/onnx/index.js';
import { evaluateFloat, type FloatNetwork } from '../../../src/graph/index.js';
import { ModelError } from '../../../src/model/errors.js';
import type { TrustedArithmetic } from '../../../src/protocol/index.js';
import { calibrate, outputError, prepare, quantize } from '../../../src/quantizer/index.js';
import { numbers } from '../../session/random-network.js';
import { check, suite } from '../../suite.js';
import { type AttributeValue, buildModel, type NodeSpec, type TensorSpec } from './model-builder.js';
import { importFloat, near, sameAsRuntime } from './runtime.js';

const test = suite('onnx layer normalization');

let arithmetic: TrustedArithmetic;
test.before(async () => {
  arithmetic = await wasmArithmetic({ threads: 1 });
});
test.after(() => arithmetic.close());

type Attributes = Readonly<Record<string, AttributeValue>>;
const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): NodeSpec => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});

const entries = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const tensor = (seed: number, shape: readonly number[], scale = 1): TensorSpec => ({
  shape,
  data: numbers(seed)(entries(shape), scale),
});
const whole = (...data: number[]): TensorSpec => ({ shape: [data.length], type: 'INT64', data });
const scalar = (value: number): TensorSpec => ({ shape: [], data: [value] });

/** A layer before, which says how entries lie: rows of a matrix, or the pixels of a convolution. */
interface Place {
  readonly input: readonly number[];
  readonly layer: NodeSpec;
  readonly weights: readonly number[];
  /** The layer's result. */
  readonly shape: readonly number[];
  /** The axes that are normalized, and the shape of factors for them. */
  readonly axes: readonly number[];
  readonly row: readonly number[];
}

const matrix = node('MatMul', ['x', 'w'], 'h');
const convolution = node('Conv', ['x', 'w'], 'h');
const PLACES: Readonly<Record<string, Place>> = {
  'the last axis': { input: [1, 5, 7], layer: matrix, weights: [7, 12], shape: [1, 5, 12], axes: [2], row: [12] },
  'one row': { input: [1, 9], layer: matrix, weights: [9, 12], shape: [1, 12], axes: [1], row: [12] },
  'the last two': {
    input: [1, 4, 3, 6],
    layer: matrix,
    weights: [6, 5],
    shape: [1, 4, 3, 5],
    axes: [2, 3],
    row: [3, 5],
  },
  channels: {
    input: [1, 3, 4, 5],
    layer: convolution,
    weights: [8, 3, 2, 2],
    shape: [1, 8, 3, 4],
    axes: [1],
    row: [8, 1, 1],
  },
  'whole images': {
    input: [1, 3, 4, 5],
    layer: convolution,
    weights: [4, 3, 2, 2],
    shape: [1, 4, 3, 4],
    axes: [1, 2, 3],
    row: [4, 3, 4],
  },
};

/** How the operators are written. */
interface Style {
  readonly place: keyof typeof PLACES;
  readonly negativeAxes: boolean;
  readonly version: 13 | 17 | 18;
  readonly keepsAxes: boolean;
  readonly square: 'Pow' | 'Mul';
  readonly quotient: 'Div' | 'Reciprocal' | 'reciprocal first' | 'one divided' | 'Pow' | 'root of reciprocal';
  readonly exchanged: boolean;
  readonly epsilon: 'constant' | 'list' | 'computed';
  readonly scale: 'none' | 'entries' | 'one' | 'axes';
  readonly offset: 'none' | 'entries' | 'axes';
  /** Whether the normalized value is added to what it was made of. */
  readonly residual: boolean;
}

const style: fc.Arbitrary<Style> = fc.record({
  place: fc.constantFrom(...Object.keys(PLACES)),
  negativeAxes: fc.boolean(),
  version: fc.constantFrom(13, 17, 18),
  keepsAxes: fc.boolean(),
  square: fc.constantFrom('Pow', 'Mul'),
  quotient: fc.constantFrom('Div', 'Reciprocal', 'reciprocal first', 'one divided', 'Pow', 'root of reciprocal'),
  exchanged: fc.boolean(),
  epsilon: fc.constantFrom('constant', 'list', 'computed'),
  scale: fc.constantFrom('none', 'entries', 'one', 'axes'),
  offset: fc.constantFrom('none', 'entries', 'axes'),
  residual: fc.boolean(),
});

const EPSILON = 0.01;

interface Written {
  readonly nodes: NodeSpec[];
  readonly constants: Record<string, TensorSpec>;
  readonly version: number;
  readonly place: Place;
}

function written(how: Style): Written {
  const place = PLACES[how.place]!;
  const { shape, row } = place;
  const axes = how.negativeAxes ? place.axes.map((axis) => axis - shape.length) : place.axes;
  const constants: Record<string, TensorSpec> = {
    w: tensor(1, place.weights),
    axes: whole(...axes),
    two: scalar(2),
    one: scalar(1),
    half: scalar(-0.5),
    epsilon: how.epsilon === 'list' ? { shape: [1], data: [EPSILON] } : scalar(EPSILON),
    tenth: scalar(0.1),
    scale: how.scale === 'one' ? scalar(1.75) : tensor(2, how.scale === 'axes' ? [1, ...row] : row),
    offset: tensor(3, how.offset === 'axes' ? [1, ...row] : row),
  };
  const nodes = [place.layer];
  const add = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): void => {
    nodes.push(node(op, inputs, output, attributes));
  };
  const pair = (op: string, a: string, b: string, output: string): void => {
    add(op, how.exchanged ? [b, a] : [a, b], output);
  };
  const mean = (input: string, output: string): void => {
    const keepdims = how.keepsAxes ? 1 : 0;
    const bare = how.keepsAxes ? output : `${output}/bare`;
    if (how.version < 18) add('ReduceMean', [input], bare, { axes, keepdims });
    else add('ReduceMean', [input, 'axes'], bare, { keepdims });
    if (!how.keepsAxes) add('Unsqueeze', [bare, 'axes'], output);
  };
  if (how.epsilon === 'computed') add('Mul', ['tenth', 'tenth'], 'epsilon/computed');
  const epsilon = how.epsilon === 'computed' ? 'epsilon/computed' : 'epsilon';
  mean('h', 'mean');
  add('Sub', ['h', 'mean'], 'd');
  if (how.square === 'Pow') add('Pow', ['d', 'two'], 'square');
  else add('Mul', ['d', 'd'], 'square');
  mean('square', 'variance');
  pair('Add', 'variance', epsilon, 'sum');
  switch (how.quotient) {
    case 'Div':
      add('Sqrt', ['sum'], 'root');
      add('Div', ['d', 'root'], 'normal');
      break;
    case 'Reciprocal':
    case 'reciprocal first':
    case 'one divided':
      add('Sqrt', ['sum'], 'root');
      if (how.quotient === 'one divided') add('Div', ['one', 'root'], 'inverse');
      else add('Reciprocal', ['root'], 'inverse');
      pair(
        'Mul',
        how.quotient === 'reciprocal first' ? 'inverse' : 'd',
        how.quotient === 'reciprocal first' ? 'd' : 'inverse',
        'normal',
      );
      break;
    case 'Pow':
      add('Pow', ['sum', 'half'], 'inverse');
      pair('Mul', 'd', 'inverse', 'normal');
      break;
    case 'root of reciprocal':
      add('Reciprocal', ['sum'], 'over');
      add('Sqrt', ['over'], 'inverse');
      pair('Mul', 'd', 'inverse', 'normal');
      break;
  }
  let last = 'normal';
  if (how.scale !== 'none') {
    pair('Mul', last, 'scale', 'scaled');
    last = 'scaled';
  }
  if (how.offset !== 'none') {
    pair('Add', last, 'offset', 'shifted');
    last = 'shifted';
  }
  if (how.residual) add('Add', [last, 'h'], 'y');
  else add('Identity', [last], 'y');
  return { nodes, constants, version: how.version, place };
}

function encoded({ nodes, constants, version, place }: Written, outputs: readonly string[] = ['y']): Uint8Array {
  const ports = outputs.map((name) => ({ name, shape: [] as string[] }));
  return buildModel({ nodes, constants, version, input: { name: 'x', shape: place.input }, outputs: ports });
}

const kinds = (network: FloatNetwork): string[] => network.operations.map(({ kind }) => kind);

function inputFor(network: FloatNetwork, seed: number): Float32Array {
  return Float32Array.from(numbers(seed)(entries(network.tensors[network.input]!.shape), 1));
}

/** The outputs of both, which must be near each other. */
function equal(network: FloatNetwork, other: FloatNetwork): void {
  const x = inputFor(network, 5);
  const [values, others] = [evaluateFloat(network, x), evaluateFloat(other, x)];
  for (const [at, id] of network.outputs.entries()) near(others[other.outputs[at]!]!, values[id]!, 1e-4);
}

test('however it is written, it is recognized, and gives the same', () =>
  check(
    fc.property(style, (how) => {
      const network = importFloat(encoded(written(how)));
      const prepared = prepare(network);
      const found = kinds(prepared).filter((kind) => kind !== 'reshape' && kind !== 'add');
      assert.equal(found, [how.place === 'one row' ? 'dense' : 'convolution', 'layerNormalization']);
      const normalization = prepared.operations.find((operation) => operation.kind === 'layerNormalization')!;
      assert.ok(Math.abs((normalization as { epsilon: number }).epsilon - EPSILON) < 1e-8);
      equal(network, prepared);
      assert.equal(prepare(prepared), prepared);
    }),
    300,
  ));

const PLAIN: Style = {
  place: 'the last axis',
  negativeAxes: true,
  version: 17,
  keepsAxes: true,
  square: 'Pow',
  quotient: 'Div',
  exchanged: false,
  epsilon: 'constant',
  scale: 'entries',
  offset: 'entries',
  residual: false,
};

test('ONNX Runtime gives the same, however it is written', async () => {
  for (const [index, how] of fc.sample(style, { numRuns: 25, seed: 7 }).entries()) {
    const model = written(how);
    const asIs = model.place.layer === matrix;
    const data = Float32Array.from(numbers(index)(entries(model.place.input), 1));
    await sameAsRuntime(encoded(model), data, model.place.input, { asIs, outputsAsIs: asIs });
  }
});

test('it is left as it is when a value inside is read elsewhere', () => {
  for (const how of [
    PLAIN,
    { ...PLAIN, square: 'Mul', quotient: 'Reciprocal', keepsAxes: false, version: 13 } as Style,
  ]) {
    const model = written(how);
    const inner = model.nodes.slice(1, -4).flatMap(({ outputs }) => outputs);
    assert.ok(inner.length >= 6);
    for (const name of inner) {
      const left = (outputs: readonly string[], more: readonly NodeSpec[]): void => {
        const network = importFloat(encoded({ ...model, nodes: [...model.nodes, ...more] }, outputs));
        const prepared = prepare(network);
        assert.not.ok(kinds(prepared).includes('layerNormalization'), name);
        equal(network, prepared);
      };
      left(['y', name], []);
      left(['y', 'other'], [node('Sigmoid', [name], 'other')]);
    }
  }
  // What is multiplied and added then stays outside.
  const model = written(PLAIN);
  for (const name of ['normal', 'scaled']) {
    const network = importFloat(encoded(model, ['y', name]));
    const prepared = prepare(network);
    assert.ok(kinds(prepared).includes('layerNormalization'), name);
    equal(network, prepared);
  }
});

test('what is nearly one is left as it is', () => {
  const changed = (change: (nodes: NodeSpec[]) => NodeSpec[], constants: Record<string, TensorSpec> = {}): void => {
    const model = written({ ...PLAIN, square: 'Mul' });
    const network = importFloat(
      encoded({ ...model, nodes: change(model.nodes), constants: { ...model.constants, ...constants } }),
    );
    const prepared = prepare(network);
    assert.not.ok(kinds(prepared).includes('layerNormalization'));
    equal(network, prepared);
  };
  const made =
    (output: string, op: string, inputs: readonly string[], attributes: Attributes = {}) =>
    (nodes: NodeSpec[]) =>
      nodes.map((one) => (one.outputs[0] === output ? node(op, inputs, output, attributes) : one));
  changed(made('mean', 'ReduceMean', ['h'], { axes: [1] }));
  changed(made('variance', 'ReduceMean', ['square'], { axes: [1] }));
  changed(made('mean', 'ReduceMean', ['h'], { axes: [1, 2] }));
  changed(made('variance', 'ReduceMax', ['square'], { axes: [2] }));
  changed(made('mean', 'ReduceMax', ['h'], { axes: [2] }));
  changed(made('square', 'Mul', ['d', 'h']));
  changed(made('square', 'Mul', ['h', 'h']));
  changed(made('square', 'Pow', ['d', 'four']), { four: scalar(4) });
  changed(made('d', 'Add', ['h', 'mean']));
  changed(made('normal', 'Div', ['h', 'root']));
  changed(made('root', 'Sigmoid', ['sum']));
  changed(made('root', 'Pow', ['sum', 'third']), { third: scalar(1 / 3) });
  changed(made('sum', 'Add', ['variance', 'five']), { five: tensor(9, [1, 5, 1], 0) });
  // Factors for each row are none of a normalization's; that one it is.
  const model = written(PLAIN);
  const constants = { ...model.constants, scale: tensor(8, [5, 1]) };
  const network = importFloat(encoded({ ...model, constants }));
  assert.ok(kinds(prepare(network)).includes('layerNormalization'));
  equal(network, prepare(network));
});

/** The operator itself at that place, with as much of its inputs as `how` says. */
function operator(how: Style, attributes: Attributes = {}): Written {
  const { nodes, ...model } = written(how);
  const inputs = ['h', 'scale', ...(how.offset === 'none' ? [] : ['offset'])];
  const axis = model.place.axes[0]! - (how.negativeAxes ? model.place.shape.length : 0);
  const all = { axis, epsilon: { float: EPSILON }, ...attributes };
  return { ...model, version: 17, nodes: [nodes[0]!, node('LayerNormalization', inputs, 'y', all)] };
}

test('the operator gives what ONNX Runtime gives', async () => {
  for (const place of ['the last axis', 'one row', 'the last two', 'whole images']) {
    for (const how of [{}, { negativeAxes: false, offset: 'none' }] as const) {
      const model = operator({ ...PLAIN, ...how, place });
      const asIs = model.place.layer === matrix;
      const data = Float32Array.from(numbers(3)(entries(model.place.input), 1));
      const network = await sameAsRuntime(encoded(model), data, model.place.input, { asIs, outputsAsIs: asIs });
      assert.is(kinds(network).filter((kind) => kind === 'layerNormalization').length, 1);
    }
  }
});

test('the operator is refused where it asks for more', () => {
  const refused = (model: Written, message: RegExp, outputs = ['y']): void => {
    assert.throws(
      () => importOnnx(encoded(model, outputs)),
      (error: unknown) => error instanceof ModelError && message.test(error.message),
    );
  };
  const plain = operator(PLAIN);
  const [layer, normalization] = plain.nodes as [NodeSpec, NodeSpec];
  const three = { ...normalization, outputs: ['y', 'm', 'i'] };
  // Nobody reads the mean.
  importOnnx(encoded({ ...plain, nodes: [layer, three] }));
  refused({ ...plain, nodes: [layer, three] }, /its output "m" is used/, ['y', 'm']);
  refused({ ...plain, nodes: [layer, three, node('Relu', ['i'], 'z')] }, /its output "i" is used/);
  const inputs = (...names: string[]): Written => ({ ...plain, nodes: [layer, { ...normalization, inputs: names }] });
  refused(inputs('h', 'h'), /must be a constant/);
  refused(inputs('h'), /input 1 is missing/);
  refused({ ...plain, constants: { ...plain.constants, scale: tensor(1, [5]) } }, /does not fit rows/);
  refused({ ...plain, constants: { ...plain.constants, scale: tensor(1, [5, 12]) } }, /does not fit rows/);
  refused(operator(PLAIN, { axis: 3 }), /there is no axis 3/);
  refused(operator(PLAIN, { epsilon: { float: 0 } }), /epsilon/);
});

test('in 8 bits it errs as the operator does, and far less than its parts, each of which is rounded', async () => {
  const place = { ...PLACES['the last axis']!, input: [1, 16, 24], weights: [24, 64] };
  const constants = { w: tensor(4, place.weights), scale: tensor(2, [64]), offset: tensor(3, [64]), half: scalar(0.5) };
  const networkOf = (model: Written): FloatNetwork =>
    importFloat(encoded({ ...model, place, constants: { ...model.constants, ...constants } }));
  const nine = written(PLAIN);
  // A root that nobody knows for one.
  const parts = nine.nodes.flatMap((one) =>
    one.op === 'Sqrt'
      ? [node('Log', ['sum'], 'l'), node('Mul', ['l', 'half'], 'm'), node('Exp', ['m'], 'root')]
      : [one],
  );
  const errorOf = async (float: FloatNetwork): Promise<number> => {
    // Rows differ in size, as a private input's do.
    const inputs = (seed: number): Float32Array[] =>
      Array.from({ length: 12 }, (_, at) =>
        inputFor(float, seed + at).map((x, i) => x * (1 + (Math.floor(i / 24) % 4))),
      );
    const quantized = quantize(float, await calibrate(float, inputs(100)));
    return Math.sqrt((await outputError(float, quantized, inputs(200), arithmetic)).relativeSquared);
  };
  const operatorError = await errorOf(networkOf(operator(PLAIN)));
  const nineError = await errorOf(networkOf(nine));
  const partsError = await errorOf(networkOf({ ...nine, nodes: parts }));
  assert.ok(operatorError < 0.02, `${operatorError}`);
  assert.ok(Math.abs(nineError - operatorError) < 1e-4, `${nineError}`);
  assert.ok(partsError > 2 * nineError, `${partsError}`);
});
