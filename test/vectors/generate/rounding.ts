/** The rounding file: one rule, to the nearest integer and halves towards plus infinity; negative halves above all. */
import { floorDivision, roundedDivision, roundedShift } from '../../../src/reference/index.js';
import type { RoundingFile } from '../shapes/scalars.js';
import { Tests } from './tests.js';

type Operation = RoundingFile['groups'][number]['operation'];

const compute: Record<Operation, (a: bigint, b: bigint) => bigint> = {
  floorDivision,
  roundedDivision,
  roundedShift: (a, b) => roundedShift(a, Number(b)),
};

const numerators = [0n, 1n, -1n, 2n, -2n, 3n, -3n, 5n, -5n, 6n, -6n, 7n, -7n, 10n, -10n, 127n, -128n];
const large = [2n ** 61n - 1n, -(2n ** 61n), 2n ** 53n + 1n, -(2n ** 53n) - 1n, (2n ** 31n - 1n) ** 2n];

const operands: Record<Operation, bigint[][]> = {
  floorDivision: [1n, 2n, 3n, 9n].flatMap((b) => numerators.map((a) => [a, b])),
  roundedDivision: [1n, 2n, 3n, 4n, 9n].flatMap((b) => numerators.map((a) => [a, b])),
  roundedShift: [
    ...[1n, 2n, 3n].flatMap((b) => numerators.map((a) => [a, b])),
    ...[1n, 31n, 40n, 62n].flatMap((b) => [...large, 2n ** (b - 1n), -(2n ** (b - 1n))].map((a) => [a, b])),
  ],
};

type Wrong = readonly [bugType: string, comment: string, operation: Operation, a: bigint, b: bigint, claim: bigint];

const defects: readonly Wrong[] = [
  ['bad_truncated_division', 'towards zero in place of downwards', 'floorDivision', -1n, 2n, 0n],
  ['bad_truncated_division', 'towards zero after adding one half', 'roundedDivision', -5n, 3n, -1n],
  ['bad_rounding_half_down', 'a half goes down', 'roundedDivision', 1n, 2n, 0n],
  ['bad_rounding_half_down', 'minus a half goes down', 'roundedDivision', -1n, 2n, -1n],
  ['bad_rounding_half_away', 'minus one and a half goes away from zero', 'roundedDivision', -3n, 2n, -2n],
  ['bad_rounding_half_even', 'one half goes to the even neighbour', 'roundedDivision', 1n, 2n, 0n],
  ['bad_rounding_half_even', 'minus three halves goes to the even neighbour', 'roundedShift', -3n, 1n, -2n],
  ['bad_rounding_half_down', 'minus a half goes down', 'roundedShift', -1n, 1n, -1n],
  ['bad_rounding_half_away', 'minus five halves goes away from zero', 'roundedShift', -5n, 1n, -3n],
  ['bad_rounding_down', 'nothing is added before the shift', 'roundedShift', 3n, 2n, 0n],
  ['bad_float_rounding', '2^53 + 1 goes through a double', 'roundedShift', 2n ** 53n + 1n, 1n, 2n ** 52n],
  ['bad_wrapped_32', 'the value is cut to 32 bits first', 'roundedShift', 2n ** 40n, 8n, 0n],
];

export function roundingFile(): RoundingFile {
  const tests = new Tests();
  const groups = (Object.keys(compute) as Operation[]).map((operation) => ({
    operation,
    comment: operation === 'roundedShift' ? 'floor(a / 2^b + 1/2)' : `${operation} of a by b, b > 0`,
    tests: [
      ...operands[operation].map(([a, b]) =>
        tests.valid(`${a} by ${b}`, { a: String(a), b: String(b), expected: String(compute[operation](a!, b!)) }),
      ),
      ...defects
        .filter((defect) => defect[2] === operation)
        .map(([bugType, comment, , a, b, claim]) => {
          const truth = { a: String(a), b: String(b), expected: String(compute[operation](a, b)) };
          return tests.falsified(bugType, comment, truth, { expected: String(claim) });
        }),
    ],
  }));
  return { $schema: './schema.json', algorithm: 'rounding', notes: ['Halves go towards plus infinity.'], groups };
}
