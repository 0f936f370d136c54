/** Files that say something the importer does not do, and what it answers. */
import * as assert from 'uvu/assert';
import { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { BuiltinOptions } from '../../../src/formats/tflite/generated/builtin-options.js';
import { Padding } from '../../../src/formats/tflite/generated/padding.js';
import { ReshapeOptions } from '../../../src/formats/tflite/generated/reshape-options.js';
import { TensorType } from '../../../src/formats/tflite/generated/tensor-type.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import { ModelError } from '../../../src/model/errors.js';
import { suite } from '../../suite.js';
import { buildTflite, codes, integers, type ModelSpec, type OperatorSpec, type TensorSpec } from './model-builder.js';
import { add, concat, convolution, fullyConnected, plain, pool, softmax } from './operators.js';

const test = suite('tflite refusals');
const { RELU, MEAN, PAD, RESHAPE, SQUEEZE, DEQUANTIZE, QUANTIZE, AVERAGE_POOL_2D } = BuiltinOperator;

function refused(model: ModelSpec, ...parts: readonly RegExp[]): void {
  let message = '';
  try {
    importTflite(buildTflite(model), 'm.tflite');
  } catch (error) {
    assert.instance(error, ModelError);
    message = (error as Error).message;
  }
  assert.ok(message.startsWith('m.tflite'), `accepted, or the file is not named: ${message}`);
  assert.ok(message.endsWith('.'), message);
  for (const part of parts) assert.match(message, part);
}

/** A model of one ReLU with one of its two tensors changed. */
function relu(input: Partial<TensorSpec>, output: Partial<TensorSpec> = {}, more: Partial<ModelSpec> = {}): ModelSpec {
  return {
    tensors: [
      codes([1, 2, 2, 3], 1, 0, { name: 'in', ...input }),
      codes([1, 2, 2, 3], 1, 0, { name: 'out', ...output }),
    ],
    operators: [plain(RELU, [0], 1)],
    ...more,
  };
}

test('an operator that is not supported is named, with its place and what is supported', () => {
  const unknown = (code: BuiltinOperator, custom?: string): ModelSpec => ({
    tensors: [codes([1, 2], 1, 0), codes([1, 2], 1, 0), codes([1, 2], 1, 0)],
    operators: [plain(RELU, [0], 1), { ...plain(code, [1], 2), ...(custom === undefined ? {} : { custom }) }],
  });
  refused(unknown(BuiltinOperator.FLOOR), /operator 1/, /FLOOR/, /supported are CONV_2D, DEPTHWISE_CONV_2D/);
  refused(unknown(BuiltinOperator.GELU), /GELU/);
  refused(unknown(BuiltinOperator.CUSTOM, 'Detector'), /CUSTOM "Detector"/);
  refused(unknown(9999 as BuiltinOperator), /operator code 9999/);
});

test('a model in floating point is not quantized', () => {
  refused(relu({ type: TensorType.FLOAT32 }), /not quantized/, /"in"/);
  refused(relu({}, { type: TensorType.FLOAT32 }), /"out"/, /not \(fully\) quantized/);
  refused(relu({ type: TensorType.INT16 }), /INT16/);
});

test('DEQUANTIZE belongs at the outputs', () => {
  const float: TensorSpec = { shape: [1, 2], type: TensorType.FLOAT32, name: 'real' };
  const tensors = [codes([1, 2], 1, 0), float, codes([1, 2], 1, 0)];
  refused({ tensors, operators: [plain(DEQUANTIZE, [0], 1), plain(QUANTIZE, [1], 2)] }, /operator 0 \(DEQUANTIZE/);
  refused(
    {
      tensors: [codes([1, 2], 1, 0), codes([1, 2], 1, 0, { name: 'kept small', data: [1, 2] }), float],
      operators: [plain(DEQUANTIZE, [1], 2)],
    },
    /constant "kept small"/,
  );
});

test('weights must be constants of whole numbers', () => {
  const tensors = [codes([1, 2], 1, 0), codes([1, 2], 1, 0, { name: 'w' }), codes([1, 1], 1, 0, { name: 'fc' })];
  refused({ tensors, operators: [fullyConnected([0, 1], 2)] }, /FULLY_CONNECTED, "fc"/, /"w" must be a constant/);
  const float: TensorSpec = { shape: [1, 2], type: TensorType.FLOAT32, name: 'w', data: [1, 2] };
  refused(
    { tensors: [tensors[0]!, float, tensors[2]!], operators: [fullyConnected([0, 1], 2)] },
    /"w" is of type FLOAT32/,
  );
  const short = codes([1, 2], 1, 0, { name: 'w', data: [1] });
  refused({ tensors: [tensors[0]!, short, tensors[2]!], operators: [fullyConnected([0, 1], 2)] }, /"w" has 1 bytes/);
});

test('scales and zero points must make sense', () => {
  refused(relu({ scales: [0] }), /scale of "in"/);
  refused(relu({ scales: [-1] }), /scale of "in"/);
  refused(relu({ scales: [Number.NaN] }), /scale of "in"/);
  refused(relu({ scales: [Number.POSITIVE_INFINITY] }), /scale of "in"/);
  refused(relu({ scales: [] }), /no quantization/);
  refused(relu({ zeroPoints: [] }), /no quantization/);
  refused(relu({ zeroPoints: [256] }), /zero point of "in"/);
  refused(relu({ zeroPoints: [-1] }), /zero point of "in"/);
  refused(relu({ type: TensorType.INT8, zeroPoints: [128] }), /zero point of "in"/);
  refused(relu({ scales: [1, 1], zeroPoints: [0, 0] }), /more than one scale/);
  refused(relu({ scales: [2 ** 20] }, { scales: [2 ** -20] }), /scales before and after "out" do not fit/);
});

test('shapes must be known, of one picture, and what the operator gives', () => {
  refused(relu({ shape: [1, -1, 2, 3] }), /unknown or zero size/);
  refused(relu({ shape: [1, 0, 2, 3] }), /unknown or zero size/);
  refused(relu({ shape: [] }), /no known shape/);
  refused(relu({ shape: [2, 2, 2, 3] }), /batch size/);
  refused(relu({ signature: [-1, -1, 2, 3] }), /unknown shape/);
  refused(relu({ shape: [1, 2 ** 15, 2 ** 14, 3] }), /more than/);
  refused(relu({}, { shape: [1, 2, 3, 2] }), /gives 2x2x3 .* says 2x3x2/);
  importTflite(buildTflite(relu({ signature: [-1, 2, 2, 3] })), 'a batch axis of any size is fine');
});

test('the graph must be computable', () => {
  refused(relu({}, {}, { inputs: [] }), /0 inputs/);
  refused(relu({}, {}, { inputs: [0, 1] }), /2 inputs/);
  refused(relu({}, {}, { inputs: [7] }), /no tensor 7/);
  refused(relu({}, {}, { outputs: [] }), /no outputs/);
  refused(relu({}, {}, { outputs: [7] }), /no tensor 7/);
  refused(relu({}, {}, { operators: [], outputs: [0] }), /no operators/);
  refused(relu({}, {}, { version: 2 }), /version 2/);
  refused(relu({}, {}, { operators: [plain(RELU, [5], 1)] }), /no tensor 5/);
  refused(relu({}, {}, { operators: [plain(RELU, [-1], 1)] }), /input 0 is missing/);
  refused(relu({}, {}, { operators: [plain(RELU, [0, 0], 1)] }), /2 inputs/);
  refused(relu({}, {}, { operators: [{ code: RELU, inputs: [0], outputs: [] }], outputs: [1] }), /one output/);
  refused(relu({}, {}, { operators: [plain(RELU, [0], 0)] }), /already computed/);
  refused(relu({}, { data: Array(12).fill(0) }), /"out" is a constant/);
  refused(relu({}, {}, { operators: [plain(RELU, [0], 1), plain(RELU, [0], 1)] }), /already computed/);
  const three = [codes([1, 2], 1, 0), codes([1, 2], 1, 0, { name: 'later' }), codes([1, 2], 1, 0)];
  refused({ tensors: three, operators: [plain(RELU, [1], 2), plain(RELU, [0], 1)] }, /"later" before it is computed/);
  refused(
    { tensors: three, operators: [plain(RELU, [0], 2)], outputs: [1] },
    /no operator computes its output "later"/,
  );
  const constant = [codes([1, 2], 1, 0), codes([1, 2], 1, 0, { data: [1, 2], name: 'c' }), codes([1, 2], 1, 0)];
  refused({ tensors: constant, operators: [plain(RELU, [1], 2)] }, /"c" is a constant/);
  refused({ tensors: constant, operators: [add([1, 1], 2)] }, /both its inputs are constants/);
});

test('convolutions must fit their inputs, weights and certificates', () => {
  const layer = (weights: TensorSpec, bias = integers([0, 0]), x = codes([1, 3, 3, 2], 1, 0)): ModelSpec => ({
    tensors: [x, weights, bias, codes([1, 3, 3, 2], 1, 0)],
    operators: [convolution([0, 1, 2], 3)],
  });
  const filled = (shape: readonly number[], more: Partial<TensorSpec> = {}): TensorSpec =>
    codes(shape, 1, 0, { data: Array(shape.reduce((a, b) => a * b)).fill(1), ...more });
  importTflite(buildTflite(layer(filled([2, 3, 3, 2]))), 'fits');
  refused(layer(filled([2, 3, 3, 3])), /for 3 channels/);
  refused(layer(filled([2, 9, 2])), /must have 4 axes/);
  refused(layer(filled([3, 3, 3, 2]), integers([0, 0, 0])), /gives 3x3x3/);
  refused(layer(filled([2, 3, 3, 2]), integers([0])), /must have 2 entries/);
  refused(layer(filled([2, 3, 3, 2]), integers([0, 2 ** 31 - 1])), /more than 32 bits/);
  refused(layer(filled([2, 3, 3, 2]), { ...integers([0, 0]), scales: [2], zeroPoints: [0] }), /scale of the bias/);
  const perChannel = { scales: [1, 2], zeroPoints: [0, 0] };
  refused(layer(filled([2, 3, 3, 2], { ...perChannel, axis: 3 })), /axis other than the output channels/);
  refused(layer(filled([2, 3, 3, 2], { scales: [1, 2, 3], zeroPoints: [0, 0, 0] })), /one of each per output channel/);
  refused(layer(filled([2, 3, 3, 2]), integers([0, 0]), codes([1, 18], 1, 0)), /not an image/);
  const strided = (stride: readonly [number, number]): ModelSpec => ({
    ...layer(filled([2, 3, 3, 2])),
    operators: [convolution([0, 1, 2], 3, { stride })],
  });
  refused(strided([0, 1]), /stride/);
  refused(strided([1, -1]), /stride/);
  const valid = { ...layer(filled([2, 4, 4, 2])), operators: [convolution([0, 1, 2], 3, { padding: Padding.VALID })] };
  refused(valid, /window is larger/);
  refused({ ...layer(filled([2, 3, 3, 2])), operators: [plain(BuiltinOperator.CONV_2D, [0, 1, 2], 3)] }, /options/);
  const wide = 2 ** 15 + 200;
  refused(
    {
      tensors: [codes([1, wide], 1, 0), filled([1, wide], { data: Array(wide).fill(255) }), codes([1, 1], 1, 0)],
      operators: [fullyConnected([0, 1], 2)],
    },
    /must stay below/,
  );
});

test('operators that only move entries must keep quantization, shape and axes', () => {
  const two = (shape: readonly number[], more: Partial<TensorSpec> = {}): readonly TensorSpec[] => [
    codes([1, 2, 2, 3], 1, 0),
    codes(shape, 1, 0, more),
    integers([0, 0, 0, 0, 0, 0, 1, 0], [4, 2]),
  ];
  refused({ tensors: two([1, 12], { scales: [2] }), operators: [plain(RESHAPE, [0], 1)] }, /same scale/);
  refused({ tensors: two([1, 12], { zeroPoints: [2] }), operators: [plain(RESHAPE, [0], 1)] }, /same scale/);
  refused({ tensors: two([1, 13]), operators: [plain(RESHAPE, [0], 1)] }, /another number of entries/);
  const reshape: OperatorSpec = {
    ...plain(RESHAPE, [0], 1),
    options: [
      BuiltinOptions.ReshapeOptions,
      (builder) =>
        ReshapeOptions.createReshapeOptions(builder, ReshapeOptions.createNewShapeVector(builder, [1, 6, 2])),
    ],
  };
  refused({ tensors: two([1, 12]), operators: [reshape] }, /another shape/);
  refused({ tensors: two([1, 12]), operators: [plain(SQUEEZE, [0], 1)] }, /axes of size one/);
  refused({ tensors: two([1, 2, 2, 4]), operators: [plain(PAD, [0, 2], 1)] }, /rows and columns/);
  refused({ tensors: two([1, 2, 2, 6]), operators: [concat([0, 0], 1, 4)] }, /axis 4/);
  refused({ tensors: two([1, 2, 2, 6]), operators: [concat([0, 0], 1, 0)] }, /axis 0/);
  refused({ tensors: two([1, 2, 2, 7]), operators: [concat([0, 0], 1, 3)] }, /gives 2x2x6/);
  refused({ tensors: two([1, 3]), operators: [plain(MEAN, [0, 2], 1)] }, /mean over rows and columns/);
  refused({ tensors: two([1, 2, 2, 3]), operators: [pool(AVERAGE_POOL_2D, 0, 1, [0, 1])] }, /window/);
  refused({ tensors: two([1, 2, 2, 3]), operators: [softmax(0, 1, Number.NaN)] }, /beta/);
  refused({ tensors: two([1, 2, 2, 3], { scales: [2 ** -30] }), operators: [softmax(0, 1)] }, /probabilities/);
});

test('what only integers show is refused with the layer, whatever the file is called', () => {
  const bytes = buildTflite(relu({ scales: [2 ** 20] }, { scales: [2 ** -20] }));
  assert.throws(() => importTflite(bytes, 'the'), /^the: "out" cannot be used: the scales before and after/);
});

test('a file of another kind is named as such', () => {
  const message = (bytes: Uint8Array): string => {
    try {
      importTflite(bytes, 'x');
    } catch (error) {
      assert.instance(error, ModelError);
      return (error as Error).message;
    }
    return 'accepted';
  };
  assert.match(message(new Uint8Array()), /empty/);
  assert.match(message(new TextEncoder().encode('{"this": "is not a model"}')), /not a TensorFlow Lite file/);
  assert.match(message(new Uint8Array(64)), /not a TensorFlow Lite file/);
});
