/** Random linear maps and inputs, biased to the edges: odd sizes, single pixels, extremes of every range. */
import * as fc from 'fast-check';
import { type Convolution, type Dense, inputLength, type LinearMap } from '../src/reference/index.js';

/** A whole number of a range, often one of its ends, 0 or ±1. */
export function edgy(minimum: number, maximum: number): fc.Arbitrary<number> {
  const edges = [minimum, maximum, 0, 1, -1].filter((value) => value >= minimum && value <= maximum);
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: minimum, max: maximum }));
}

/** `length` such numbers. */
export function edgyList(minimum: number, maximum: number, length: number): fc.Arbitrary<number[]> {
  return fc.array(edgy(minimum, maximum), { minLength: length, maxLength: length });
}

const someRange = fc.constantFrom(
  { minimum: -128, maximum: 127 },
  { minimum: 0, maximum: 255 },
  { minimum: -255, maximum: 255 },
  { minimum: 0, maximum: 0 },
);

const largestWeight = fc.constantFrom(1, 127, 255);

export const denseMap: fc.Arbitrary<Dense> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 40 }),
    outputs: fc.integer({ min: 1, max: 9 }),
    inputRange: someRange,
    largest: largestWeight,
  })
  .chain(({ inputs, outputs, inputRange, largest }) =>
    edgyList(-largest, largest, inputs * outputs).map((weights): Dense => {
      return { kind: 'dense', inputs, outputs, weights: Int16Array.from(weights), inputRange };
    }),
  );

const side = fc.integer({ min: 1, max: 3 });

export const convolutionMap: fc.Arbitrary<Convolution> = fc
  .record({
    kernel: fc.record({ height: side, width: side }),
    stride: fc.record({ y: fc.integer({ min: 1, max: 4 }), x: fc.integer({ min: 1, max: 3 }) }),
    dilation: fc.record({ y: fc.integer({ min: 1, max: 2 }), x: fc.integer({ min: 1, max: 3 }) }),
    padding: fc.record({
      top: fc.integer({ min: 0, max: 2 }),
      bottom: fc.integer({ min: 0, max: 3 }),
      left: fc.integer({ min: 0, max: 2 }),
      right: fc.integer({ min: 0, max: 3 }),
    }),
    extra: fc.record({ height: fc.integer({ min: 0, max: 5 }), width: fc.integer({ min: 0, max: 5 }) }),
    groups: fc.constantFrom(1, 1, 2, 3, 5, 8),
    perGroup: fc.record({ input: fc.constantFrom(1, 1, 2, 5), output: fc.constantFrom(1, 1, 2, 3) }),
    inputRange: someRange,
    largest: largestWeight,
  })
  .chain(({ kernel, stride, dilation, padding, extra, groups, perGroup, inputRange, largest }) => {
    const span = (taps: number, spread: number, before: number, after: number): number =>
      Math.max(1, spread * (taps - 1) + 1 - before - after);
    const input = {
      height: span(kernel.height, dilation.y, padding.top, padding.bottom) + extra.height,
      width: span(kernel.width, dilation.x, padding.left, padding.right) + extra.width,
      channels: groups * perGroup.input,
    };
    const outputChannels = groups * perGroup.output;
    const count = outputChannels * kernel.height * kernel.width * perGroup.input;
    return edgyList(-largest, largest, count).map(
      (weights): Convolution => ({
        kind: 'convolution',
        input,
        kernel,
        stride,
        dilation,
        padding,
        groups,
        outputChannels,
        weights: Int16Array.from(weights),
        inputRange,
      }),
    );
  });

export const linearMap: fc.Arbitrary<LinearMap> = fc.oneof(denseMap, convolutionMap);

/** A map together with an input of its declared range. */
export const mapAndInput = linearMap.chain((map) =>
  edgyList(map.inputRange.minimum, map.inputRange.maximum, inputLength(map)).map((x) => ({
    map,
    x: Int16Array.from(x),
  })),
);

/** Exact integers from any list of numbers. */
export const integers = (values: ArrayLike<number>): bigint[] => Array.from(values, BigInt);
