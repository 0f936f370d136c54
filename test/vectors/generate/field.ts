/** The field file: canonical and balanced representatives, arithmetic, inverses, at the edges of both moduli. */
import {
  add,
  aResidue,
  balanced,
  inverse,
  M31,
  modulo,
  multiply,
  P24,
  subtract,
} from '../../../src/reference/index.js';
import type { FieldFile } from '../shapes/scalars.js';
import { Tests } from './tests.js';

type Operation = FieldFile['groups'][number]['operation'];
type Compute = (a: bigint, b: bigint, p: bigint) => bigint;

const compute: Record<Operation, Compute> = {
  modulo: (a, _, p) => modulo(a, p),
  balanced: (a, _, p) => balanced(a, p),
  inverse: (a, _, p) => inverse(a, p),
  add,
  subtract,
  multiply,
  canonical: (a, _, p) => aResidue(a, p, 'a'),
};

const binary = ['add', 'subtract', 'multiply'];

function operandsOf(operation: Operation, p: bigint): bigint[][] {
  const half = (p - 1n) / 2n;
  const residues = [0n, 1n, 2n, half - 1n, half, half + 1n, p - 2n, p - 1n];
  const any = [
    ...residues,
    p,
    p + 1n,
    -1n,
    -half,
    -half - 1n,
    -p,
    2n * p - 1n,
    1n - 2n ** 31n,
    2n ** 62n,
    -(2n ** 62n),
  ];
  if (operation === 'canonical') return residues.map((a) => [a]);
  if (operation === 'inverse') return residues.slice(1).map((a) => [a]);
  if (!binary.includes(operation)) return any.map((a) => [a]);
  return residues.flatMap((a, index) => [
    [a, residues[(index * 3 + 2) % residues.length]!],
    [a, p - 1n],
  ]);
}

type Wrong = readonly [bugType: string, comment: string, operation: Operation, operands: bigint[], claim: bigint];

function defects(p: bigint): Wrong[] {
  const half = (p - 1n) / 2n;
  return [
    ['bad_truncated_remainder', 'the remainder has the sign of the dividend', 'modulo', [-1n], -1n],
    ['bad_unreduced', 'the modulus itself is left as it is', 'modulo', [p], p],
    ['bad_unbalanced', 'the canonical representative in place of the balanced one', 'balanced', [p - 1n], p - 1n],
    ['bad_balanced_edge', '(p + 1) / 2 is kept positive', 'balanced', [half + 1n], half + 1n],
    ['bad_balanced_edge', '(p - 1) / 2 is made negative', 'balanced', [half], half - p],
    ['bad_inverse_of_zero', 'zero has no inverse', 'inverse', [0n], 0n],
    ['bad_inverse_of_zero', 'nor has the modulus', 'inverse', [p], 0n],
    ['bad_negative_difference', 'the difference is not brought back', 'subtract', [0n, 1n], -1n],
    ['bad_unreduced', 'the sum is not reduced', 'add', [p - 1n, 1n], p],
    [
      'bad_lost_carry',
      'only the low 32 bits of the product are reduced',
      'multiply',
      [p - 1n, p - 2n],
      modulo(((p - 1n) * (p - 2n)) % 2n ** 32n, p),
    ],
    ['bad_noncanonical_residue', 'p is not a residue', 'canonical', [p], p],
    ['bad_noncanonical_residue', 'p + 1 is not a residue', 'canonical', [p + 1n], p + 1n],
    ['bad_noncanonical_residue', 'a negative number is not a residue', 'canonical', [-1n], -1n],
    ['bad_noncanonical_residue', '2^32 - 1 is not a residue', 'canonical', [2n ** 32n - 1n], 2n ** 32n - 1n],
  ];
}

export function fieldFile(): FieldFile {
  const tests = new Tests();
  const groups = [P24, M31].flatMap((p) =>
    (Object.keys(compute) as Operation[]).map((operation) => {
      const valid = operandsOf(operation, p).map(([a, b]) => {
        const operands = (b === undefined ? [a!] : [a!, b]).map(String);
        const expected = String(compute[operation](a!, b ?? 0n, p));
        return tests.valid(`${operation} of ${operands.join(' and ')}`, { operands, expected });
      });
      const wrong = defects(p)
        .filter((defect) => defect[2] === operation)
        .map(([bugType, comment, , operands, claim]) =>
          tests.reject(bugType, comment, { operands: operands.map(String), expected: String(claim) }, ['expected']),
        );
      return { operation, p: String(p), comment: `${operation} modulo ${p}`, tests: [...valid, ...wrong] };
    }),
  );
  return {
    $schema: './schema.json',
    algorithm: 'field',
    notes: [
      'canonical: the operand is a residue in [0, p) and is given back; anything else must be refused.',
      'balanced: the representative in [-(p-1)/2, (p-1)/2].',
    ],
    groups,
  };
}
