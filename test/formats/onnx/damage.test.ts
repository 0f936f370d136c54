/** Damaged and hostile files: whatever the bytes are, the importer gives a network or a ModelError, and soon. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/formats/onnx/index.js';
import { onnxMessage } from '../../../src/formats/onnx/schema.js';
import { evaluateFloat } from '../../../src/graph/index.js';
import { ModelError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { check, suite } from '../../suite.js';
import { buildModel, encodeModel, modelMessage, type NodeSpec } from './model-builder.js';
import type { Message } from './testdata.js';

const test = suite('onnx damage');

const node = (op: string, inputs: readonly string[], output: string, attributes = {}): NodeSpec => {
  return { op, inputs, outputs: [output], attributes };
};
const ramp = (count: number): number[] => Array.from({ length: count }, (_, index) => (index % 7) - 3);

/** Nearly one of everything, with few bytes, so that a damaged one can reach every reader. */
const float = buildModel({
  nodes: [
    node('Pad', ['x', 'pads'], 'p'),
    node('Conv', ['p', 'w', 'b'], 'c', { strides: [1, 1], group: 1, auto_pad: 'NOTSET' }),
    node('BatchNormalization', ['c', 'b', 'b', 'b', 'v'], 'n', { epsilon: { float: 0.01 } }),
    node('Clip', ['n', 'zero', 'six'], 'r'),
    node('MaxPool', ['r'], 'm', { kernel_shape: [2, 2], ceil_mode: 1, strides: [2, 2] }),
    node('AveragePool', ['m'], 'a', { kernel_shape: [2, 2], pads: [1, 0, 0, 1], count_include_pad: 1 }),
    node('Concat', ['m', 'a'], 'k', { axis: 1 }),
    node('PRelu', ['k', 'slope'], 'l'),
    node('Transpose', ['l'], 't', { perm: [0, 2, 3, 1] }),
    node('Shape', ['t'], 's'),
    node('Gather', ['s', 'i'], 'g'),
    node('Concat', ['g', 'open'], 'h', { axis: 0 }),
    node('Reshape', ['t', 'h'], 'f'),
    node('Gemm', ['f', 'q'], 'y', { transB: 1, alpha: { float: 0.5 } }),
    node('Softmax', ['y'], 'z'),
  ],
  constants: {
    pads: { shape: [8], type: 'INT64', data: [0, 0, 1, 0, 0, 0, 0, 1] },
    w: { shape: [2, 2, 2, 2], data: ramp(16) },
    b: { shape: [2], data: [1, 2] },
    v: { shape: [2], data: [1, 2] },
    zero: { shape: [], data: [0] },
    six: { shape: [], data: [6] },
    slope: { shape: [4, 1, 1], data: [0.1, 0.2, 0.3, 0.4] },
    i: { shape: [1], type: 'INT64', data: [0] },
    open: { shape: [1], type: 'INT64', data: [-1] },
    q: { shape: [2, 16], data: ramp(32) },
  },
  input: { name: 'x', shape: ['batch', 2, 4, 4] },
  outputs: [{ name: 'z', shape: [1, 2] }],
});

const quantized = buildModel({
  nodes: [
    node('QuantizeLinear', ['x', 's', 'z'], 'xq'),
    node('DequantizeLinear', ['xq', 's', 'z'], 'xr'),
    node('DequantizeLinear', ['w', 'ws'], 'wr', { axis: 0 }),
    node('DequantizeLinear', ['b', 's'], 'br'),
    node('Conv', ['xr', 'wr', 'br'], 'c', { pads: [1, 1, 0, 0] }),
    node('Relu', ['c'], 'r'),
    node('QuantizeLinear', ['r', 's', 'z'], 'rq'),
    node('QLinearConv', ['rq', 's', 'z', 'w', 'ws', 'wz', 's', 'z'], 'd'),
    node('DequantizeLinear', ['d', 's', 'z'], 'dr'),
    node('GlobalAveragePool', ['dr'], 'g'),
    node('QuantizeLinear', ['g', 's', 'z'], 'y'),
  ],
  constants: {
    s: { shape: [], data: [0.25] },
    z: { shape: [], type: 'UINT8', data: [7] },
    w: { shape: [2, 2, 2, 2], type: 'INT8', data: ramp(16) },
    ws: { shape: [2], data: [0.5, 0.125] },
    wz: { shape: [2], type: 'INT8', data: [0, 0] },
    b: { shape: [2], type: 'INT32', data: [9, -9] },
  },
  input: { name: 'x', shape: [1, 2, 4, 4] },
  outputs: [{ name: 'y', shape: [1, 2, 1, 1], type: 'UINT8' }],
});

let slowestMs = 0;
let largestBytes = 0;
/** True when the bytes are accepted as a network that makes sense. */
function accepts(bytes: Uint8Array): boolean {
  const start = process.cpuUsage();
  const before = process.memoryUsage();
  try {
    const imported = importOnnx(bytes, { name: 'damaged' });
    if (imported.kind === 'quantized') aQuantizedNetwork(imported.network);
    else {
      const { network } = imported;
      const count = network.tensors[network.input]!.shape.reduce((product, size) => product * size, 1);
      if (count < 4096 && network.tensors.every(({ shape }) => shape.reduce((a, b) => a * b, 1) < 2 ** 14)) {
        const values = evaluateFloat(network, new Float32Array(count).fill(0.5));
        for (const id of network.outputs) assert.ok(values[id] !== undefined);
      }
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

/** Entries moved and repeated, functions, products, another size: what a few bytes could make much of. */
const further = buildModel({
  nodes: [
    node('Conv', ['x', 'w'], 'c'),
    node('GlobalAveragePool', ['c'], 'mean'),
    node('HardSigmoid', ['mean'], 'gate', { alpha: { float: 0.25 } }),
    node('Mul', ['c', 'gate'], 'e'),
    node('Pad', ['e', 'pads'], 'p', { mode: 'reflect' }),
    node('Slice', ['p', 'from', 'to', 'axes', 'steps'], 's'),
    { op: 'Split', inputs: ['s', 'sizes'], outputs: ['a', 'b'], attributes: { axis: 1 } },
    node('Max', ['a', 'b'], 'l'),
    node('Resize', ['l', '', 'scales'], 'r', { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }),
    node('ConvTranspose', ['r', 'k'], 't', { strides: [2, 1], pads: [0, 1, 1, 0], group: 1 }),
    node('DepthToSpace', ['t'], 'd', { blocksize: 2, mode: 'CRD' }),
    node('Gather', ['d', 'i'], 'g', { axis: 3 }),
    node('Tile', ['g', 'times'], 'm'),
    node('ReduceSum', ['m', 'rows'], 'u'),
    node('Expand', ['u', 'wide'], 'v'),
    node('Resize', ['v', '', '', 'big'], 'y'),
  ],
  constants: {
    w: { shape: [4, 2, 1, 1], data: ramp(8) },
    pads: { shape: [8], type: 'INT64', data: [0, 0, 1, 0, 0, 0, 0, 1] },
    from: { shape: [2], type: 'INT64', data: [0, 1] },
    to: { shape: [2], type: 'INT64', data: [5, 9] },
    axes: { shape: [2], type: 'INT64', data: [2, 3] },
    steps: { shape: [2], type: 'INT64', data: [2, 1] },
    sizes: { shape: [2], type: 'INT64', data: [2, 2] },
    scales: { shape: [4], data: [1, 1, 2, 1.5] },
    k: { shape: [2, 4, 2, 2], data: ramp(32) },
    i: { shape: [3], type: 'INT64', data: [0, 2, -1] },
    times: { shape: [4], type: 'INT64', data: [1, 1, 2, 1] },
    rows: { shape: [1], type: 'INT64', data: [2] },
    wide: { shape: [4], type: 'INT64', data: [1, 1, 3, 1] },
    big: { shape: [4], type: 'INT64', data: [1, 1, 5, 4] },
  },
  version: 13,
  input: { name: 'x', shape: [1, 2, 4, 4] },
  outputs: [{ name: 'y', shape: [1, 1, 5, 4] }],
});

const files = { float, quantized, further };

for (const [name, bytes] of Object.entries(files)) {
  test(`the undamaged ${name} file is a well-formed network`, () => {
    assert.ok(accepts(bytes));
    assert.is(importOnnx(bytes).kind, name === 'quantized' ? name : 'float');
  });

  test(`the ${name} file cut short anywhere is refused`, () => {
    for (let length = 0; length < bytes.length; length++) {
      // The operator sets come last: without the second of them the file still says all it needs.
      const accepted = accepts(bytes.slice(0, length));
      assert.ok(!accepted || length > bytes.length - 40, `accepted with ${length} of ${bytes.length} bytes`);
    }
  });

  test(`the ${name} file anywhere in a larger buffer reads the same`, () => {
    for (const offset of [1, 2, 3, 5]) {
      const larger = new Uint8Array(bytes.length + 9).fill(255);
      larger.set(bytes, offset);
      assert.equal(importOnnx(larger.subarray(offset, offset + bytes.length)), importOnnx(bytes));
    }
    assert.equal(importOnnx(Buffer.from(bytes)), importOnnx(bytes));
  });

  test.long(`bytes of the ${name} file changed, inserted and removed 5000 times`, async () => {
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      remove: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(12) }),
      insert: fc.oneof(
        { weight: 6, arbitrary: fc.tuple(fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255))) },
        { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 8 }) },
      ),
    });
    let accepted = 0;
    await check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let damaged = Array.from(bytes);
        for (const { at, remove, insert } of changes) damaged = damaged.toSpliced(at, remove, ...insert);
        if (accepts(Uint8Array.from(damaged))) accepted++;
      }),
      5000,
    );
    assert.ok(accepted > 200 && accepted < 4800, `${accepted} of 5000 accepted: the changes do not test much`);
  });

  test.long(`every byte of the ${name} file replaced by extreme values`, () => {
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 127, 128, 255]) accepts(bytes.with(at, value));
    }
  });

  test.long(`the ${name} model's parts exchanged`, async () => {
    const model: Message = onnxMessage('ModelProto').decode(bytes);
    const names = ['x', '', ...model.graph.node.flatMap(({ output }: Message) => output)];
    const all = [...names, ...model.graph.initializer.map((tensor: Message) => tensor.name)];
    const kinds = [
      ...new Set<string>(model.graph.node.map(({ opType }: Message) => opType)),
      'Add',
      'Mul',
      'MatMul',
      'Squeeze',
    ];
    const numbers = [-(2 ** 31), -1, 0, 1, 2, 3, 16, 2 ** 16, 2 ** 28, 2 ** 31, 2 ** 40, 2 ** 53];
    const exchange = fc.record({
      node: fc.nat(model.graph.node.length - 1),
      tensor: fc.nat(model.graph.initializer.length - 1),
      how: fc.constantFrom('input', 'output', 'kind', 'dim', 'type', 'attribute', 'shape'),
      name: fc.constantFrom(...all),
      kind: fc.constantFrom(...kinds),
      number: fc.constantFrom(...numbers),
      position: fc.nat(3),
    });
    await check(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 2 }), (exchanges) => {
        const changed: Message = onnxMessage('ModelProto').decode(bytes);
        for (const { node: index, tensor, how, name: value, kind, number, position } of exchanges) {
          const at = changed.graph.node[index];
          const constant = changed.graph.initializer[tensor];
          if (how === 'input') at.input[position] = value;
          if (how === 'output') at.output[0] = value;
          if (how === 'kind') at.opType = kind;
          if (how === 'dim') {
            const { dims } = constant;
            constant.dims = dims.length === 0 ? [number] : Array.from(dims).with(position % dims.length, number);
          }
          if (how === 'type') constant.dataType = number & 31;
          const attribute = at.attribute?.[position];
          if (how === 'attribute' && attribute?.ints?.length) attribute.ints[0] = number;
          else if (how === 'attribute' && attribute) attribute.i = number;
          if (how === 'shape') changed.graph.input[0].type.tensorType.shape.dim[position].dimValue = number;
        }
        for (const at of changed.graph.node) at.input = Array.from(at.input, (value) => value ?? '');
        accepts(onnxMessage('ModelProto').encode(changed).finish());
      }),
      3000,
    );
  });
}

test('noise is refused', async () => {
  await check(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (noise) => assert.not.ok(accepts(noise))),
    2000,
  );
});

test('small files that speak of large things are refused before anything is made', () => {
  const shape = (data: number[]) => ({ shape: [data.length], type: 'INT64' as const, data });
  const huge = [2 ** 14, 2 ** 14];
  const outputs = [{ name: 'y', shape: [] }];
  const refuse = (nodes: NodeSpec[], constants = {}, dims: number[] = [1, 2, 4, 4]): void =>
    assert.not.ok(accepts(buildModel({ nodes, constants, outputs, input: { name: 'x', shape: dims } })));
  refuse([node('ConstantOfShape', ['s'], 'c'), node('Add', ['x', 'c'], 'y')], { s: shape(huge) });
  refuse([node('Expand', ['o', 's'], 'c'), node('Add', ['x', 'c'], 'y')], {
    o: { shape: [1], data: [1] },
    s: shape(huge),
  });
  refuse([node('AveragePool', ['x'], 'y', { kernel_shape: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 })], {}, [
    1,
    2 ** 26,
    2,
    2,
  ]);
  refuse([node('Mul', ['x', 'c'], 'y')], { c: { shape: [1], data: [3] } }, [1, 2 ** 26, 2, 2]);
  refuse([node('Relu', ['x'], 'y')], {}, [1, 2 ** 20, 2 ** 20, 2]);
  // A shape that the data does not fill.
  const message = modelMessage({
    nodes: [node('Conv', ['x', 'w'], 'y')],
    outputs,
    constants: { w: { shape: [1, 2, 1, 1], data: [1, 2] } },
  });
  const [constant] = message.graph.initializer as Message[];
  constant.dims = [2 ** 13, 2, 2 ** 7, 2 ** 7];
  assert.not.ok(accepts(encodeModel(message)));
});

test('files of endless parts are refused', () => {
  const empty = Uint8Array.of(0x3a, 0x80, 0x80, 0x80, 0x01);
  // A graph of 2^21 bytes: empty nodes, two bytes each.
  const nodes = new Uint8Array(empty.length + 2 ** 21);
  nodes.set(empty);
  for (let at = empty.length; at < nodes.length; at += 2) nodes[at] = 0x0a;
  assert.not.ok(accepts(nodes));
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    node('Relu', [index === 0 ? 'x' : `v${index - 1}`], `v${index}`),
  );
  assert.not.ok(accepts(buildModel({ nodes: chain, outputs: [{ name: 'v19999', shape: [] }] })));
  // A group that never ends, nested as deep as there are bytes.
  assert.not.ok(accepts(new Uint8Array(2 ** 16).fill(0x0b)));
});

test('weights that too many layers share are refused', () => {
  const layers = (count: number): Uint8Array =>
    buildModel({
      nodes: Array.from({ length: count }, (_, index) =>
        node('MatMul', [index === 0 ? 'x' : `v${index - 1}`, 'w'], `v${index}`),
      ),
      constants: { w: { shape: [256, 256], data: ramp(65536) } },
      input: { name: 'x', shape: [1, 256] },
      outputs: [{ name: `v${count - 1}`, shape: [] }],
    });
  assert.ok(accepts(layers(5)));
  assert.not.ok(accepts(layers(200)));
});

test('a real export cut short or changed', async () => {
  const real = new Uint8Array(readFileSync(new URL('./models/inverted-17.onnx', import.meta.url)));
  for (let length = 0; length < real.length - 8; length += 37) {
    assert.not.ok(accepts(real.slice(0, length)), `accepted with ${length} of ${real.length} bytes`);
  }
  const change = fc.record({ at: fc.nat(real.length - 1), value: fc.nat(255) });
  await check(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const bytes = real.slice();
      for (const { at, value } of changes) bytes[at] = value;
      accepts(bytes);
    }),
    500,
  );
});

test.long('no damaged file took long or much memory', () => {
  assert.ok(slowestMs < 3000, `${slowestMs} ms`);
  assert.ok(largestBytes < 2 ** 28, `${largestBytes} bytes`);
});
