import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  aLinearMap,
  apply,
  bound,
  type Convolution,
  type Dense,
  innerProduct,
  inputLength,
  M31,
  outputExtent,
  outputLength,
  transpose,
} from '../../src/reference/index.js';
import { convolutionMap, denseMap, edgyList, integers, linearMap, mapAndInput } from '../generators.js';
import { check, suite } from '../suite.js';

const test = suite('reference: linear maps');

const range = { minimum: -128, maximum: 127 };

/** One channel in, one out, unless said otherwise. */
function convolution(parts: Partial<Convolution> & Pick<Convolution, 'input' | 'kernel' | 'weights'>): Convolution {
  return {
    kind: 'convolution',
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: 1,
    outputChannels: 1,
    inputRange: range,
    ...parts,
  };
}

test('a convolution by hand: stride 2, padding only below and right', () => {
  const map = convolution({
    input: { height: 2, width: 3, channels: 1 },
    kernel: { height: 2, width: 2 },
    stride: { y: 2, x: 2 },
    padding: { top: 0, bottom: 1, left: 0, right: 1 },
    weights: Int16Array.of(1, 10, 100, 1000),
  });
  assert.equal(outputExtent(map), { height: 1, width: 2, channels: 1 });
  // rows 1 2 3 / 4 5 6; the second window is 3 _ / 6 _.
  assert.equal(apply(map, [1n, 2n, 3n, 4n, 5n, 6n]), [1n + 20n + 400n + 5000n, 3n + 600n]);
});

test('a dilated convolution by hand', () => {
  const map = convolution({
    input: { height: 1, width: 5, channels: 1 },
    kernel: { height: 1, width: 2 },
    dilation: { y: 1, x: 3 },
    weights: Int16Array.of(1, 10),
  });
  assert.equal(apply(map, [1n, 2n, 3n, 4n, 5n]), [41n, 52n]);
});

test('a grouped convolution by hand: two groups, two outputs each', () => {
  const map = convolution({
    input: { height: 1, width: 1, channels: 4 },
    kernel: { height: 1, width: 1 },
    groups: 2,
    outputChannels: 4,
    weights: Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  });
  assert.equal(apply(map, [1n, 10n, 100n, 1000n]), [21n, 43n, 6500n, 8700n]);
});

test('<s, L(x)> = <transpose(s), x>', () =>
  check(
    fc.property(
      mapAndInput.chain((pair) =>
        fc.record({ pair: fc.constant(pair), s: edgyList(0, 2 ** 31 - 2, outputLength(pair.map)) }),
      ),
      ({ pair: { map, x }, s }) => {
        const left = innerProduct(integers(s), apply(map, integers(x)), M31);
        assert.is(left, innerProduct(transpose(map, integers(s)), integers(x), M31));
      },
    ),
  ));

test('L(a x + b z) = a L(x) + b L(z)', () =>
  check(
    fc.property(
      linearMap.chain((map) =>
        fc.record({
          map: fc.constant(map),
          x: edgyList(-99, 99, inputLength(map)),
          z: edgyList(-99, 99, inputLength(map)),
        }),
      ),
      ({ map, x, z }) => {
        const together = apply(
          map,
          integers(x).map((value, index) => 3n * value - 5n * BigInt(z[index]!)),
        );
        const [lx, lz] = [apply(map, integers(x)), apply(map, integers(z))];
        assert.equal(
          together,
          lx.map((value, index) => 3n * value - 5n * lz[index]!),
        );
      },
    ),
  ));

test('a dense map is the 1x1 convolution with the same weights', () =>
  check(
    fc.property(denseMap, (map) => {
      const same = convolution({
        input: { height: 1, width: 1, channels: map.inputs },
        kernel: { height: 1, width: 1 },
        outputChannels: map.outputs,
        weights: map.weights,
      });
      const x = Array.from({ length: map.inputs }, (_, index) => BigInt(index * index - 7));
      assert.equal(apply(map, x), apply(same, x));
    }),
  ));

test('the bound holds for every input', () =>
  check(
    fc.property(mapAndInput, ({ map, x }) => {
      const limit = bound(map);
      assert.ok(apply(map, integers(x)).every((value) => value <= limit && -value <= limit));
    }),
  ));

test('the bound is tight: the worst input reaches it', () => {
  const map: Dense = {
    kind: 'dense',
    inputs: 2,
    outputs: 2,
    weights: Int16Array.of(3, -4, 1, 1),
    inputRange: { minimum: -10, maximum: 9 },
  };
  assert.is(bound(map), 70n);
  assert.is(apply(map, [-10n, 10n])[0], -70n);
});

test('malformed maps are refused with the right kind of error', () => {
  const good: Dense = { kind: 'dense', inputs: 2, outputs: 1, weights: Int16Array.of(1, 2), inputRange: range };
  const image = convolution({
    input: { height: 2, width: 2, channels: 2 },
    kernel: { height: 1, width: 1 },
    weights: Int16Array.of(1, 1),
  });
  assert.is(aLinearMap(good), good);
  assert.is(aLinearMap(image), image);
  const refused: [unknown, typeof RangeError | typeof TypeError][] = [
    [{ ...good, weights: Int16Array.of(1) }, RangeError],
    [{ ...good, weights: [1, 2] }, TypeError],
    [{ ...good, inputs: 0 }, RangeError],
    [{ ...good, inputs: 1.5 }, RangeError],
    [{ ...good, inputs: Number.NaN }, RangeError],
    [{ ...good, inputs: '2' }, TypeError],
    [{ ...good, kind: 'other' }, TypeError],
    [{ ...good, inputRange: { minimum: 1, maximum: 2 } }, RangeError],
    [{ ...good, inputRange: { minimum: 0, maximum: 2 ** 20 } }, RangeError],
    [{ ...image, groups: 3 }, RangeError],
    [{ ...image, stride: { y: 0, x: 1 } }, RangeError],
    [{ ...image, padding: { ...image.padding, top: -1 } }, RangeError],
    [{ ...image, kernel: { height: 3, width: 1 }, weights: new Int16Array(6) }, RangeError],
  ];
  for (const [map, kind] of refused)
    assert.throws(
      () => aLinearMap(map as Dense),
      (error: unknown) => error instanceof kind,
    );
});

test('every generated convolution is well formed', () =>
  check(fc.property(convolutionMap, (map) => void aLinearMap(map))));
