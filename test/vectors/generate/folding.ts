/** The folding file: inner products of a challenge with signed integers, modulo q. */
import { innerProduct, M31 } from '../../../src/reference/index.js';
import type { FoldingFile } from '../shapes/scalars.js';
import { integers, Numbers, plain } from './numbers.js';
import { Tests } from './tests.js';

const q = Number(M31);

const foldOf = (s: readonly bigint[], y: readonly bigint[]): number => Number(innerProduct(s, y, M31));

const truth = (s: number[], y: number[]) => ({ s, y, fold: foldOf(integers(s), integers(y)) });

export function foldingFile(): FoldingFile {
  const tests = new Tests();
  const numbers = new Numbers('folding');
  const full = (length: number, value: number): number[] => new Array<number>(length).fill(value);
  const base = truth([...numbers.list(36, 0, q - 1), q - 2], [...numbers.list(36, 1 - 2 ** 30, 2 ** 30 - 1), -5]);
  const wide = base.y.map((value) => (value < 0 ? 2n ** 32n + BigInt(value) : BigInt(value)));
  const s = integers(base.s);
  const lie = (bugType: string, comment: string, fold: number) => tests.falsified(bugType, comment, base, { fold });
  const products = integers(base.y).map((value, index) => value * s[index]!);
  const sum64 = products.reduce((sum, value) => BigInt.asIntN(32, sum + value), 0n);
  const [less] = plain([innerProduct(s.slice(0, -1), integers(base.y.slice(0, -1)), M31)]);
  const valid = [
    tests.valid('one product', truth([q - 1], [-1])),
    tests.valid('nothing to add', truth([], [])),
    tests.valid('zero against zero', truth([0, 0, 0], [0, 0, 0])),
    tests.valid('the largest products, all positive', truth(full(1030, q - 1), full(1030, 2 ** 30 - 1)), [
      'worst case',
    ]),
    tests.valid('the largest products, all negative', truth(full(1030, q - 1), full(1030, 1 - 2 ** 30)), [
      'worst case',
    ]),
    tests.valid('inputs of 16 bits at their lower end', truth(full(517, q - 1), full(517, -32768)), ['worst case']),
    tests.valid('inputs of 16 bits at their upper end', truth(full(517, q - 1), full(517, 32767)), ['worst case']),
    tests.valid('a sum that is q exactly', truth([q - 1, 1], [1, 1])),
    ...[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64].map((length) =>
      tests.valid(`${length} entries`, truth(numbers.list(length, 0, q - 1), numbers.list(length, -32768, 32767))),
    ),
    tests.valid('many entries', base),
  ];
  return {
    $schema: './schema.json',
    algorithm: 'folding',
    notes: ['fold is the canonical residue of the sum of s[i] * y[i] modulo q.'],
    groups: [
      {
        q,
        comment: 'q = 2^31 - 1',
        tests: [
          ...valid,
          lie('bad_unsigned_answer', 'negative entries are read as 32-bit words', foldOf(s, wide)),
          lie('bad_lost_carry', 'the accumulator is cut to 32 bits', Number(((sum64 % M31) + M31) % M31)),
          lie('bad_short_fold', 'the last entry is left out', less!),
          lie('bad_unreduced', 'q is added to the result', base.fold + q),
          lie('bad_absolute_values', 'signs are dropped', foldOf(s, integers(base.y.map(Math.abs)))),
        ],
      },
    ],
  };
}
