/** The operator tests of the ONNX project, where Debian's package has put them: `SLALOM_REQUIRE=onnx-testdata` demands them. */
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/formats/onnx/index.js';
import { FLOAT_OPERATORS, QUANTIZED_OPERATORS } from '../../../src/formats/onnx/operators.js';
import { ModelError } from '../../../src/model/errors.js';
import { evaluate } from '../../../src/reference/evaluate.js';
import { suite } from '../../suite.js';
import { channelsLast, networkOutputs } from './runtime.js';
import { isThere, type Message, type OperatorTest, operatorTests, withConstants } from './testdata.js';

const test = suite('onnx testdata');

const supported = (kind: string): boolean =>
  Object.hasOwn(FLOAT_OPERATORS, kind) || Object.hasOwn(QUANTIZED_OPERATORS, kind);

/** What the importer says about these tests, by design: they ask for what a network here cannot be. */
const REFUSALS = [
  /input \d is a constant, which is not supported/, // a test's second input, which is made a constant
  /must be a constant, but it is computed/,
  /training mode/,
  /pads with another number/,
  /windows with dilation/,
  /only images/, // three dimensions
  /scale per channel of a value/,
  /no linear layer/, // nothing but a QuantizeLinear
  /is a constant\.$/, // the output
  /disagree on corners/, // the project and ONNX Runtime give different results
  /mode "cubic"|"tf_crop_and_resize"/,
  /the constant "\w+" must have one entry/, // exponents
  /its result is empty|it cuts an axis/,
  /must be a single number/,
  /order that would move entries|lies in another order|in a way that moves entries|do not lie together/,
  /same for every row/,
  /of type U?INT\d+, not of real numbers/,
  /no node computes its output/, // the places of maxima, masks
  /axis of size 0/,
  /only equal shapes are supported|more axes than its input|does not fit an input of shape/,
  /is of another kind|only a cast to real numbers/,
  /must have 2 axes|and 2 axes are needed/, // matrices of matrices
  /is missing/, // version 1 called attributes otherwise
  /range .* is empty/,
  /has \d inputs/,
];

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean =>
  a.length === b.length &&
  Array.from(a).every((value, at) => {
    return Object.is(value, b[at]) || Math.abs(value - b[at]!) <= tolerance * Math.max(1, Math.abs(b[at]!));
  });

/** Entry by entry as the model has them, and with the channels last. */
const orders = (values: ArrayLike<number>, shape: readonly number[]): Float32Array[] => {
  const plain = Float32Array.from(values);
  const first = shape.length > 2 && shape[0] !== 1 ? [1, ...shape] : shape;
  return [plain, channelsLast(plain, shape), channelsLast(plain, first)];
};

/** Runs the imported network on one of the orders an input can have; true when an order of the outputs comes out. */
function passes(bytes: Uint8Array, given: OperatorTest, input: ArrayLike<number>, output: ArrayLike<number>): boolean {
  const imported = importOnnx(bytes, { name: given.name });
  const inputShape = given.inputs[0]!.shape;
  const outputShape = given.outputs[0]!.shape;
  return orders(input, inputShape).some((own) => {
    let actual: ArrayLike<number>;
    // Results of fewer bits are rounded there, and not here.
    let tolerance = given.outputs[0]!.type.endsWith('FLOAT16') ? 2 ** -8 : 1e-4;
    if (imported.kind === 'float') actual = networkOutputs(imported.network, own)[0]!;
    else {
      const { network } = imported;
      const first = network.tensors[network.input]!;
      const last = network.tensors[network.outputs[0]!]!;
      const zeroIn = first.kind === 'activation' ? first.zeroPoint : 0;
      const zeroOut = last.kind === 'activation' ? last.zeroPoint : 0;
      const [values] = evaluate(
        network,
        Array.from(own, (code) => BigInt(code - zeroIn)),
      );
      actual = values!.map((value) => Number(value) + zeroOut);
      // Halves are rounded up here and to even there.
      tolerance = 1;
    }
    return orders(output, outputShape).some((expected) =>
      imported.kind === 'float'
        ? near(actual, expected, tolerance)
        : Array.from(actual).every((value, at) => Math.abs(value - expected[at]!) <= tolerance),
    );
  });
}

/** One image of a batch at a time. */
function* images(given: OperatorTest): Generator<[Float32Array, Float32Array]> {
  const [input, output] = [given.inputs[0]!, given.outputs[0]!];
  const batch = input.shape[0]!;
  const [one, other] = [input.entries.length / batch, output.entries.length / batch];
  for (let image = 0; image < batch; image++) {
    yield [
      Float32Array.from(input.entries.slice(image * one, (image + 1) * one)),
      Float32Array.from(output.entries.slice(image * other, (image + 1) * other)),
    ];
  }
}

function run(given: OperatorTest): boolean {
  const [input, output] = [given.inputs[0]!, given.outputs[0]!];
  try {
    return passes(withConstants(given, input.shape), given, input.entries, output.entries);
  } catch (error) {
    const batch = error instanceof ModelError && /batch size/.test(error.message);
    if (!batch || input.shape[0] !== output.shape[0]) throw error;
    const single = withConstants(given, [1, ...input.shape.slice(1)]);
    const each = { ...given, inputs: [{ ...input, shape: [1, ...input.shape.slice(1)] }] };
    const results = { ...each, outputs: [{ ...output, shape: [1, ...output.shape.slice(1)] }] };
    return [...images(given)].every(([one, other]) => passes(single, results, one, other));
  }
}

if (isThere) {
  test('operators that are supported give the results of the ONNX project', () => {
    const passed: string[] = [];
    const refused: string[] = [];
    for (const given of operatorTests()) {
      if (!given.model.graph.node.every(({ opType }: Message) => supported(opType))) continue;
      if (given.inputs.length === 0 || given.outputs.length === 0) continue;
      try {
        assert.ok(run(given), `${given.name} gives another result`);
        passed.push(given.name);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        assert.ok(
          REFUSALS.some((reason) => reason.test(error.message)),
          error.message,
        );
        refused.push(given.name);
      }
    }
    console.log(`onnx testdata: ${passed.length} passed, ${refused.length} refused by design`);
    assert.ok(passed.length >= 350, `only ${passed.length} passed; refused: ${refused.join(', ')}`);
    const normalized = passed.filter((name) => /^test_layer_normalization.*(?<!expanded)$/.test(name));
    assert.is(normalized.length, 19);
    for (const name of [
      'test_basic_conv_with_padding',
      'test_qlinearconv',
      'test_convinteger_with_padding',
      'test_convtranspose',
      'test_depthtospace_crd_mode_example',
      'test_hardswish',
      'test_resize_upsample_scales_linear',
      'test_split_equal_parts_1d',
    ]) {
      assert.ok(passed.includes(name), name);
    }
  });
} else if (process.env.SLALOM_REQUIRE?.split(',').includes('onnx-testdata')) {
  test('the ONNX test data is there', () => assert.unreachable('install the Debian package libonnx-testdata'));
} else {
  test.skip('operators that are supported give the results of the ONNX project', 'libonnx-testdata is not installed');
}
