/** What an operation is said to reach: nothing outside comes out, and where that is promised the ends do. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import type { InputRange } from '../../src/model/shapes.js';
import type { ActivationTensor } from '../../src/model/tensor.js';
import type { TrustedOperation } from '../../src/model/trusted-operations.js';
import { OPERATIONS, rulesOf } from '../../src/operations/operations.js';
import { runTrusted } from '../../src/operations/run-trusted.js';
import { referenceArithmetic } from '../../src/protocol/index.js';
import { Own } from '../../src/protocol/trusted-value.js';
import { edgy } from '../generators.js';
import { check, suite } from '../suite.js';

const own = (x: Int16Array): Own<Int16Array> => new Own(x);

const test = suite('operations: reach');
const arithmetic = referenceArithmetic();

const range = fc.tuple(edgy(-32768, 0), edgy(0, 32767)).map(([minimum, maximum]) => ({ minimum, maximum }));
const multiplier = edgy(0, 2 ** 31 - 1);
const shift = edgy(1, 62);
const names = { name: 'op', input: 0, inputs: [0, 1] as [number, number], output: 2 };
const places = { lower: Int32Array.of(0, 1), upper: Int32Array.of(1, 0), weights: Int32Array.of(512, 1023) };
const scale = fc.record({ multiplier, shift, clamp: range });
const scales = fc.record({ multipliers: fc.tuple(multiplier, multiplier), shift, clamp: range });
const window = {
  ...names,
  window: { height: 2, width: 1 },
  stride: { y: 1, x: 1 },
  padding: { top: 1, bottom: 0, left: 0, right: 0 },
};

/** An operation, what its inputs may hold, and whether both ends of its reach do come out for some entries of those ranges. */
interface Case {
  readonly operation: TrustedOperation;
  readonly exact: boolean;
}

const some = <A>(from: fc.Arbitrary<A>, make: (value: A) => object, exact = true): fc.Arbitrary<Case> =>
  from.map((value) => ({ operation: { ...names, ...make(value) } as unknown as TrustedOperation, exact }));

/** One arbitrary for each kind: the compiler and the first test demand what is missing. */
const cases: { readonly [K in TrustedOperation['kind']]: (input: InputRange) => fc.Arbitrary<Case> } = {
  rescale: () => some(scale, ({ clamp, ...rest }) => ({ kind: 'rescale', ...rest, ...clamp })),
  add: () => some(scales, ({ clamp, ...rest }) => ({ kind: 'add', ...rest, ...clamp })),
  subtract: () => some(scales, ({ clamp, ...rest }) => ({ kind: 'subtract', ...rest, ...clamp })),
  multiply: () => some(scale, ({ clamp, ...rest }) => ({ kind: 'multiply', ...rest, ...clamp })),
  larger: () => some(range, (clamp) => ({ kind: 'larger', ...clamp })),
  smaller: () => some(range, (clamp) => ({ kind: 'smaller', ...clamp })),
  averagePool: () => some(range, (clamp) => ({ ...window, kind: 'averagePool', ...clamp })),
  maxPool: () => some(range, (clamp) => ({ ...window, kind: 'maxPool', ...clamp })),
  interpolate: () => some(fc.constant(null), () => ({ kind: 'interpolate', rows: places, columns: places }), false),
  concat: () => some(fc.constant(null), () => ({ kind: 'concat', axis: 2 })),
  pad: () => some(fc.constant(null), () => ({ kind: 'pad', padding: { top: 1, bottom: 0, left: 2, right: 0 } })),
  reshape: () => some(fc.constant(null), () => ({ kind: 'reshape' })),
  take: () => some(fc.constant(null), () => ({ kind: 'take', offsets: [Int32Array.of(3, 1, 0, 2)] })),
  lookup: (input) =>
    some(
      fc.nat(),
      (salt) => ({
        kind: 'lookup',
        table: Int16Array.from(
          { length: input.maximum - input.minimum + 1 },
          (_, at) => Math.imul(at + 1, salt | 1) >> 16,
        ),
      }),
      false,
    ),
  softmax: (input) =>
    some(
      fc.record({ unit: edgy(1, 32767), clamp: range }),
      ({ unit, clamp }) => ({
        kind: 'softmax',
        unit,
        exponentials: Uint32Array.from({ length: input.maximum - input.minimum + 1 }, (_, at) => 2 ** 30 / (at + 1)),
        ...clamp,
      }),
      false,
    ),
  layerNormalization: () =>
    some(
      fc.record({
        factors: fc.array(edgy(-(2 ** 24), 2 ** 24), { minLength: 4, maxLength: 4 }),
        bias: fc.array(edgy(-(2 ** 31), 2 ** 31 - 1), { minLength: 4, maxLength: 4 }),
        shift: edgy(16, 35),
        epsilon: edgy(0, 2 ** 53 - 1),
        clamp: range,
      }),
      ({ factors, bias, clamp, ...rest }) => ({
        kind: 'layerNormalization',
        factors: Int32Array.from(factors),
        bias: Int32Array.from(bias),
        ...rest,
        ...clamp,
      }),
      false,
    ),
};

const input = (index: number, { minimum, maximum }: InputRange): ActivationTensor => ({
  kind: 'activation',
  name: `input ${index}`,
  shape: [2, 2, 1],
  scale: 1,
  zeroPoint: 0,
  minimum,
  maximum,
});

/** All of an operation's results for entries at the ends of the ranges, at zero, and between. */
function results(operation: TrustedOperation, ranges: readonly InputRange[], salt: number): number[] {
  const tensors = ranges.map((of, index) => input(index, of));
  const rules = rulesOf(operation);
  const read = rules.inputs(operation).map((id) => tensors[id]!);
  const entries = rules.entries(operation, read, 'here');
  const output = { ...input(2, { minimum: -32768, maximum: 32767 }), shape: [entries] };
  const found: number[] = [];
  const filled = ({ minimum, maximum }: InputRange, choice: number): Int16Array =>
    Int16Array.from({ length: 4 }, (_, at) => {
      const between = minimum + (Math.abs(Math.imul(at + choice, salt | 1)) % (maximum - minimum + 1));
      return [minimum, maximum, minimum + ((maximum - minimum) >> 1), between][choice]!;
    });
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      const values = [filled(ranges[0]!, a), filled(ranges[1]!, b)];
      const taken = rules.inputs(operation).map((id) => values[id]!);
      found.push(...runTrusted(operation, taken.map(own), read, output, 1, arithmetic).value);
    }
  }
  return found;
}

test('every kind of operation is tried here', () => {
  assert.equal(Object.keys(cases).sort(), Object.keys(OPERATIONS).sort());
});

for (const [kind, make] of Object.entries(cases)) {
  test(`${kind}: nothing outside its reach comes out`, () => {
    const wide = kind === 'softmax' || kind === 'lookup';
    const narrow = fc.tuple(edgy(-200, 0), edgy(0, 200)).map(([minimum, maximum]) => ({ minimum, maximum }));
    const given = fc
      .tuple(wide ? narrow : range, range, fc.nat())
      .chain(([first, second, salt]) => make(first).map((one) => ({ ...one, ranges: [first, second], salt })));
    return check(
      fc.property(given, ({ operation, exact, ranges, salt }) => {
        const rules = rulesOf(operation);
        const reach = rules.reach(
          operation,
          rules.inputs(operation).map((id) => ranges[id]!),
        );
        const found = results(operation, ranges, salt);
        assert.ok(found.every((value) => reach.minimum <= value && value <= reach.maximum));
        if (!exact) return;
        assert.is(Math.min(...found), reach.minimum);
        assert.is(Math.max(...found), reach.maximum);
      }),
      150,
    );
  });
}
