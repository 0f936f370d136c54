/** Damaged and hostile files: whatever they hold, the importer gives a network or a ModelError, and soon. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import { evaluateFloat } from '../../../src/graph/index.js';
import { ModelError } from '../../../src/model/errors.js';
import { check, suite } from '../../suite.js';
import { graphFiles, int, ints, node, real, reals, scalar, text, texts, type, vector } from './graph-model.js';
import { type Document, type Files, filled, saved, tfl } from './layers-model.js';

const test = suite('tfjs damage');
const { layers } = tfl;
const FLOAT = type('DT_FLOAT');
const INT = type('DT_INT32');
const GEOMETRY = { T: FLOAT, data_format: text('NHWC'), dilations: ints(1, 1, 1, 1), padding: text('SAME') };

/** Nearly one of everything, with few bytes, so that damage can reach every reader. */
const graph = graphFiles({
  input: [-1, 4, 4, 2],
  outputs: ['z'],
  constants: {
    p: { shape: [4, 2], dtype: 'int32', data: [0, 0, 1, 0, 0, 1, 0, 0] },
    w: reals([2, 2, 2, 3]),
    b: reals([3]),
    d: reals([2, 2, 3, 1]),
    v: { shape: [3], data: [1, 2, 3] },
    half: scalar(0.5),
    axes: vector(1, 2),
    zero: vector(0),
    one: vector(1),
    one0: scalar(1, 'int32'),
    open: scalar(-1, 'int32'),
    m: reals([3, 2]),
    order: vector(0, 2, 1, 3),
    size: vector(3, 4),
    back: vector(1, 6, 6, 3),
    k: reals([2, 2, 3, 3]),
    four: vector(1, 4, 4, 3),
    start: vector(0, 1, 0, 0),
    by: vector(1, 2, -1, 1),
    places: vector(1, 0),
    mirror: { shape: [4, 2], dtype: 'int32', data: [0, 0, 1, 0, 0, 1, 0, 0] },
    two: vector(2, 2),
    sides: { shape: [2, 2], dtype: 'int32', data: [1, 1, 1, 0] },
    none: { shape: [2, 2], dtype: 'int32', data: [0, 0, 0, 0] },
    third: scalar(3, 'int32'),
  },
  nodes: [
    node('Pad', 'n0', ['x', 'p'], { T: FLOAT }),
    node('_FusedConv2D', 'n1', ['n0', 'w', 'b'], {
      ...GEOMETRY,
      strides: ints(1, 1, 1, 1),
      fused_ops: texts('BiasAdd', 'Relu6'),
      num_args: int(1),
    }),
    node('DepthwiseConv2dNative', 'n2', ['n1', 'd'], { ...GEOMETRY, strides: ints(1, 2, 2, 1) }),
    node('FusedBatchNormV3', 'n3', ['n2', 'v', 'b', 'b', 'v'], { epsilon: real(0.01), data_format: text('NHWC') }),
    node('LeakyRelu', 'n4', ['n3'], { alpha: real(0.1) }),
    node('Mul', 'n5', ['n4', 'half'], { T: FLOAT }),
    node('AddV2', 'n6', ['n5', 'n4'], { T: FLOAT }),
    node('MaxPool', 'n7', ['n6'], { ...GEOMETRY, ksize: ints(1, 2, 2, 1), strides: ints(1, 1, 1, 1) }),
    node('Conv2DBackpropInput', 'o0', ['back', 'k', 'n7'], { ...GEOMETRY, strides: ints(1, 2, 2, 1) }),
    node('Transpose', 'o1', ['o0', 'order'], { T: FLOAT }),
    node('StridedSlice', 'o2', ['o1', 'start', 'four', 'by'], { begin_mask: int(4), end_mask: int(4), T: FLOAT }),
    node('ResizeBilinear', 'o3', ['o2', 'size'], { align_corners: { b: false }, half_pixel_centers: { b: true } }),
    node('Sigmoid', 'o4', ['o3'], { T: FLOAT }),
    node('Mean', 'o5', ['o4', 'axes'], { keep_dims: { b: true } }),
    node('Mul', 'o6', ['o5', 'o4'], { T: FLOAT }),
    node('MirrorPad', 'o7', ['o6', 'mirror'], { mode: text('REFLECT') }),
    node('SpaceToBatchND', 'o8', ['o7', 'two', 'sides'], { T: FLOAT }),
    node('DepthwiseConv2dNative', 'o9', ['o8', 'd'], {
      ...GEOMETRY,
      padding: text('VALID'),
      strides: ints(1, 1, 1, 1),
    }),
    node('BatchToSpaceND', 'oa', ['o9', 'two', 'none'], { T: FLOAT }),
    node('Split', 'ob', ['third', 'oa'], { num_split: int(3), T: FLOAT }),
    node('ConcatV2', 'oc', ['ob:2', 'ob', 'ob:1', 'third'], { N: int(3) }),
    node('GatherV2', 'od', ['oc', 'places', 'one0'], { T: FLOAT }),
    node('Mean', 'n8', ['od', 'axes'], { keep_dims: { b: false } }),
    node('Shape', 's', ['n8'], { out_type: INT }),
    node('StridedSlice', 't', ['s', 'zero', 'one', 'one'], { shrink_axis_mask: int(1), begin_mask: int(0) }),
    node('Pack', 'u', ['t', 'open'], { N: int(2), axis: int(0) }),
    node('Reshape', 'n9', ['n8', 'u'], { T: FLOAT }),
    node('MatMul', 'y', ['n9', 'm'], { transpose_a: { b: false }, transpose_b: { b: false } }),
    node('Softmax', 'z', ['y'], { T: FLOAT }),
  ],
});

async function layersModel(): Promise<Files> {
  const input = tfl.input({ shape: [4, 4, 2] });
  const padded = layers
    .zeroPadding2d({
      padding: [
        [0, 1],
        [0, 1],
      ],
      name: 'p',
    })
    .apply(input) as tfl.SymbolicTensor;
  const convolved = layers
    .conv2d({ filters: 3, kernelSize: 2, activation: 'relu6', name: 'c' })
    .apply(padded) as tfl.SymbolicTensor;
  const normed = layers.batchNormalization({ name: 'b' }).apply(convolved) as tfl.SymbolicTensor;
  const block = tfl.sequential({
    name: 'block',
    layers: [
      layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', inputShape: [4, 4, 3], name: 'd' }),
      layers.leakyReLU({ name: 'l' }),
    ],
  });
  const inner = block.apply(normed) as tfl.SymbolicTensor;
  const turned = layers.permute({ dims: [2, 1, 3], name: 'e' }).apply(inner) as tfl.SymbolicTensor;
  const laid = layers
    .conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, name: 't' })
    .apply(turned) as tfl.SymbolicTensor;
  const cut = layers
    .cropping2D({
      cropping: [
        [2, 2],
        [2, 2],
      ],
      name: 'q',
    } as never)
    .apply(laid) as tfl.SymbolicTensor;
  const gated = layers.multiply({ name: 'v' }).apply([cut, inner]) as tfl.SymbolicTensor;
  const sum = layers.add({ name: 'a' }).apply([normed, inner]) as tfl.SymbolicTensor;
  const both = layers.concatenate({ name: 'k' }).apply([sum, gated]) as tfl.SymbolicTensor;
  const pooled = layers.globalAveragePooling2d({ name: 'g' }).apply(both) as tfl.SymbolicTensor;
  const output = layers.dense({ units: 2, activation: 'softmax', name: 'o' }).apply(pooled) as tfl.SymbolicTensor;
  return saved(filled(tfl.model({ inputs: input, outputs: output, name: 'm' })));
}

let slowestMs = 0;
let largestBytes = 0;
/** True when the files are accepted as a network that can be evaluated. */
function accepts(modelJson: string | Uint8Array, weights: Uint8Array): boolean {
  const start = process.cpuUsage();
  const before = process.memoryUsage();
  try {
    const network = importTfjs({ modelJson, weights }, { name: 'damaged' });
    const count = network.tensors[network.input]!.shape.reduce((product, size) => product * size, 1);
    if (count < 4096 && network.tensors.every(({ shape }) => shape.reduce((a, b) => a * b, 1) < 2 ** 14)) {
      const values = evaluateFloat(network, new Float32Array(count).fill(0.5));
      for (const id of network.outputs) assert.ok(values[id] !== undefined);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    assert.ok(error.message.startsWith('damaged'), error.message);
    return false;
  } finally {
    // Of the processor: others may be using this machine.
    slowestMs = Math.max(slowestMs, process.cpuUsage(start).user / 1000);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    largestBytes = Math.max(largestBytes, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
  }
}

/** Every object and list inside a value, and the keys that they have. */
function places(value: Document, found: [Document, string][] = []): [Document, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    places(value[key], found);
  }
  return found;
}

/** Values that a field may be replaced by. */
const EXTREMES: unknown[] = [
  null,
  -1,
  0,
  1,
  2,
  7,
  0.5,
  1e300,
  2 ** 16,
  2 ** 28,
  2 ** 31,
  2 ** 53,
  '',
  'x',
  '-1',
  '99999999999999',
  'NaN',
  'relu',
  true,
  false,
  [],
  [[]],
  {},
  [0],
  [1, 1],
  [2 ** 20, 2 ** 20],
  'float16',
  'same',
  '__proto__',
  'constructor',
];

for (const [name, source] of [
  ['graph', async () => graph],
  ['layers', layersModel],
] as const) {
  const ready = source();

  test(`the undamaged ${name} model is a network`, async () => {
    const { modelJson, weights } = await ready;
    assert.ok(accepts(modelJson, weights));
  });

  test(`the ${name} model's text and weights cut short anywhere are refused`, async () => {
    const { modelJson, weights } = await ready;
    for (let length = 0; length < modelJson.length; length++)
      assert.not.ok(accepts(modelJson.slice(0, length), weights));
    for (let length = 0; length < weights.length; length++)
      assert.not.ok(accepts(modelJson, weights.subarray(0, length)));
  });

  test.long(`characters of the ${name} model changed, inserted and removed 2500 times`, async () => {
    const { modelJson, weights } = await ready;
    const bytes = new TextEncoder().encode(modelJson);
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      remove: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(12) }),
      insert: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.tuple(
            fc.oneof(fc.nat(255), fc.constantFrom(...'019-,"[]{}x'.split('').map((c) => c.charCodeAt(0)))),
          ),
        },
        { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 8 }) },
      ),
    });
    let accepted = 0;
    await check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let damaged = Array.from(bytes);
        for (const { at, remove, insert } of changes) damaged = damaged.toSpliced(at, remove, ...insert);
        if (accepts(Uint8Array.from(damaged), weights)) accepted++;
      }),
      2500,
    );
    assert.ok(accepted > 50 && accepted < 2450, `${accepted} of 2500 accepted: the changes do not test much`);
  });

  test.long(`fields of the ${name} model exchanged, removed and replaced 2500 times`, async () => {
    const { modelJson, weights } = await ready;
    const count = places(JSON.parse(modelJson)).length;
    const change = fc.record({
      at: fc.nat(count - 1),
      other: fc.nat(count - 1),
      how: fc.constantFrom('replace', 'exchange', 'remove', 'repeat'),
      value: fc.constantFrom(...EXTREMES),
    });
    let accepted = 0;
    await check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const document: Document = JSON.parse(modelJson);
        const all = places(document);
        for (const { at, other, how, value } of changes) {
          const [[owner, key], [second, secondKey]] = [all[at]!, all[other]!];
          if (how === 'replace') owner[key] = value;
          if (how === 'remove') {
            if (Array.isArray(owner)) owner.splice(Number(key), 1);
            else delete owner[key];
          }
          if (how === 'repeat' && Array.isArray(owner)) owner.push(owner[Number(key)]);
          if (how === 'exchange') owner[key] = JSON.parse(JSON.stringify(second[secondKey] ?? null));
        }
        if (accepts(JSON.stringify(document), weights)) accepted++;
      }),
      2500,
    );
    assert.ok(accepted > 50 && accepted < 2450, `${accepted} of 2500 accepted: the changes do not test much`);
  });

  test.long(`every field of the ${name} model replaced by extreme values`, async () => {
    const { modelJson, weights } = await ready;
    const count = places(JSON.parse(modelJson)).length;
    for (let at = 0; at < count; at++) {
      for (const value of [null, -1, 2 ** 53, 'x', [], {}]) {
        const document: Document = JSON.parse(modelJson);
        const [owner, key] = places(document)[at]!;
        owner[key] = value;
        accepts(JSON.stringify(document), weights);
      }
    }
  });

  test(`bytes of the ${name} model's weights changed`, async () => {
    const { modelJson, weights } = await ready;
    const change = fc.record({
      at: fc.nat(weights.length - 1),
      value: fc.oneof(fc.nat(255), fc.constantFrom(127, 128, 255)),
    });
    await check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = weights.slice();
        for (const { at, value } of changes) damaged[at] = value;
        accepts(modelJson, damaged);
      }),
      1000,
    );
  });
}

test('noise is refused', async () => {
  await check(
    fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (noise) =>
      assert.not.ok(accepts(noise, new Uint8Array(4))),
    ),
    500,
  );
  await check(
    fc.property(fc.json(), (noise) => assert.not.ok(accepts(noise, new Uint8Array(4)))),
    500,
  );
  await check(
    fc.property(fc.json(), (noise) => {
      assert.not.ok(accepts(`{"modelTopology":${noise},"weightsManifest":[]}`, new Uint8Array(0)));
    }),
    500,
  );
});

test('small files that speak of large things are refused before anything is made', () => {
  const huge = [2 ** 14, 2 ** 14];
  const refuse = (
    nodes: Parameters<typeof graphFiles>[0]['nodes'],
    constants = {},
    input: number[] = [1, 4, 4, 2],
  ): void => {
    const { modelJson, weights } = graphFiles({ nodes, constants, input });
    assert.not.ok(accepts(modelJson, weights));
  };
  const add = node('Add', 'y', ['x', 'c'], { T: FLOAT });
  refuse([node('Fill', 'c', ['s', 'o']), add], { s: vector(...huge), o: scalar(1) });
  refuse([node('Range', 'c', ['o', 's', 'p']), add], {
    o: scalar(0, 'int32'),
    s: scalar(2 ** 27, 'int32'),
    p: scalar(1, 'int32'),
  });
  refuse([node('Tile', 'c', ['o', 's']), add], { o: reals([1, 1]), s: vector(...huge) });
  refuse([node('Mul', 'y', ['x', 'c'], { T: FLOAT })], { c: scalar(3) }, [1, 2, 2, 2 ** 26]);
  refuse([node('Add', 'y', ['x', 'c'], { T: FLOAT })], { c: reals([2, 1]) }, [1, 2, 2, 2 ** 26]);
  refuse([node('Relu', 'y', ['x'], { T: FLOAT })], {}, [1, 2 ** 20, 2 ** 20, 2]);
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    node('Relu', `v${index}`, [index === 0 ? 'x' : `v${index - 1}`]),
  );
  refuse(chain);
  refuse([node('Tile', 'y', ['x', 't'])], { t: vector(1, 2 ** 14, 2 ** 14, 1) });
  refuse([node('BroadcastTo', 'y', ['x', 's'])], { s: vector(1, 2 ** 14, 2 ** 14, 2) }, [1, 1, 1, 2]);
  refuse([node('ResizeBilinear', 'y', ['x', 's'])], { s: vector(2 ** 15, 2 ** 15) });
  refuse([node('Add', 'y', ['x', 'c'])], { c: reals([64, 64, 1, 1]) }, [1, 1, 2 ** 9, 2 ** 9]);
  const same = { ...GEOMETRY, strides: ints(1, 2 ** 12, 2 ** 12, 1) };
  refuse([node('Conv2DBackpropInput', 'y', ['s', 'w', 'x'], same)], {
    s: vector(1, 2 ** 14, 2 ** 14, 1),
    w: reals([1, 1, 1, 2]),
  });
});

test('constants that too many nodes share are refused', () => {
  const layersOf = (count: number) =>
    graphFiles({
      input: [1, 256],
      nodes: Array.from({ length: count }, (_, index) =>
        node('MatMul', `v${index}`, [index === 0 ? 'x' : `v${index - 1}`, 'w']),
      ),
      constants: { w: reals([256, 256]) },
    });
  const few = layersOf(5);
  assert.ok(accepts(few.modelJson, few.weights));
  const many = layersOf(200);
  assert.not.ok(accepts(many.modelJson, many.weights));
});

test.long('no damaged file took long or much memory', () => {
  assert.ok(slowestMs < 3000, `${slowestMs} ms`);
  assert.ok(largestBytes < 2 ** 28, `${largestBytes} bytes`);
});
