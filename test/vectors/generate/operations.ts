/** The file on the trusted operations: rounding, clamping, windows at the border, axes. */
import { addBias, operate, requantize } from '../../../src/reference/index.js';
import type { OperationsFile, OperationVector } from '../shapes/operations.js';
import { integers, Numbers, plain } from './numbers.js';
import { operationCases } from './operation-cases.js';
import { Tests } from './tests.js';
import { trusted } from './trusted.js';

/** What the reference makes of an operation. */
export function resultOf(vector: OperationVector, inputs: readonly (readonly number[])[]): number[] {
  const values = inputs.map(integers);
  if (vector.kind === 'addBias') return plain(addBias(values[0]!, Int32Array.from(vector.bias)));
  if (vector.kind === 'requantize') {
    const how = { ...vector.how, multipliers: Int32Array.from(vector.how.multipliers) };
    return plain(requantize(values[0]!, Int32Array.from(vector.bias), how));
  }
  const { operation, tensors } = trusted(vector, inputs);
  return plain(operate(operation, values, tensors));
}

export function operationsFile(): OperationsFile {
  const tests = new Tests();
  const groups = operationCases(new Numbers('operations')).map(({ name, operation, inputs, wrongs }) => {
    const truth = { inputs, output: resultOf(operation, inputs) };
    return {
      operation,
      comment: name,
      tests: [
        tests.valid(name, truth),
        ...wrongs.map(([bugType, comment, lie]) =>
          tests.falsified(bugType, comment, truth, {
            output: typeof lie === 'function' ? lie(truth.output) : resultOf(lie, inputs),
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
