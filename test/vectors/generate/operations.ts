/** The file on the trusted operations: rounding, clamping, windows at the border, axes. */
import {
  addBias,
  addTensors,
  combine,
  concat,
  type Interpolation,
  interpolate,
  layerNormalization,
  lookup,
  pad,
  pool,
  requantize,
  rescale,
  softmax,
  take,
} from '../../../src/reference/index.js';
import type { OperationsFile, OperationVector } from '../shapes/operations.js';
import { integers, Numbers, plain } from './numbers.js';
import { operationCases } from './operation-cases.js';
import { Tests } from './tests.js';

const names = { name: '', input: 0, output: 1 } as const;
const pair = { name: '', inputs: [0, 1], output: 2 } as const;

/** The lists of a file as typed arrays. */
export function interpolation(lists: { readonly [N in keyof Interpolation]: readonly number[] }): Interpolation {
  const { lower, upper, weights } = lists;
  return { lower: Int32Array.from(lower), upper: Int32Array.from(upper), weights: Int32Array.from(weights) };
}

/** What the reference makes of an operation. */
export function operate(operation: OperationVector, inputs: readonly (readonly number[])[]): number[] {
  const [first, second] = inputs.map(integers);
  switch (operation.kind) {
    case 'requantize': {
      const how = { ...operation.how, multipliers: Int32Array.from(operation.how.multipliers) };
      return plain(requantize(first!, Int32Array.from(operation.bias), how));
    }
    case 'addBias':
      return plain(addBias(first!, Int32Array.from(operation.bias)));
    case 'add': {
      const [left, right] = operation.multipliers;
      return plain(
        addTensors(first!, second!, { ...names, ...operation, inputs: [0, 1], multipliers: [left!, right!] }),
      );
    }
    case 'rescale':
      return plain(rescale(first!, { ...names, ...operation }));
    case 'averagePool':
    case 'maxPool':
      return plain(pool(first!, operation.shape, { ...names, ...operation }));
    case 'pad':
      return plain(pad(first!, operation.shape, operation.padding));
    case 'concat':
      return plain(concat(inputs.map(integers), operation.shapes, operation.axis));
    case 'take':
      return plain(take(first!, { offsets: operation.offsets.map((list) => Int32Array.from(list)) }));
    case 'multiply':
      return plain(combine(first!, second!, { ...pair, ...operation }));
    case 'subtract': {
      const [left, right] = operation.multipliers;
      return plain(combine(first!, second!, { ...pair, ...operation, multipliers: [left!, right!] }));
    }
    case 'larger':
    case 'smaller':
      return plain(combine(first!, second!, { ...pair, ...operation }));
    case 'interpolate': {
      const { rows, columns, shape } = operation;
      const how = { rows: interpolation(rows), columns: interpolation(columns) };
      return plain(interpolate(first!, shape.width, shape.channels, how));
    }
    case 'lookup':
      return plain(lookup(first!, operation.minimum, Int16Array.from(operation.table)));
    case 'layerNormalization': {
      const lists = { factors: Int32Array.from(operation.factors), bias: Int32Array.from(operation.bias) };
      return plain(layerNormalization(first!, { ...operation, ...lists }));
    }
    case 'softmax':
      return plain(
        softmax(first!, operation.width, {
          ...names,
          ...operation,
          exponentials: Uint32Array.from(operation.exponentials),
        }),
      );
  }
}

export function operationsFile(): OperationsFile {
  const tests = new Tests();
  const groups = operationCases(new Numbers('operations')).map(({ name, operation, inputs, wrongs }) => {
    const truth = { inputs, output: operate(operation, inputs) };
    return {
      operation,
      comment: name,
      tests: [
        tests.valid(name, truth),
        ...wrongs.map(([bugType, comment, lie]) =>
          tests.falsified(bugType, comment, truth, {
            output: typeof lie === 'function' ? lie(truth.output) : operate(lie, inputs),
          }),
        ),
      ],
    };
  });
  return {
    $schema: './schema.json',
    algorithm: 'operations',
    notes: ['One rounding rule: to the nearest integer, halves towards plus infinity. Channels are last.'],
    groups,
  };
}
