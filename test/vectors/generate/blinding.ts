/** The blinding file: what the device receives, and what its answer becomes. */
import { blind, M31, P24, unblind } from '../../../src/reference/index.js';
import type { BlindingFile } from '../shapes/scalars.js';
import { integers, Numbers, plain } from './numbers.js';
import { Tests } from './tests.js';

interface Claims {
  readonly x: number[];
  readonly rho: number[];
  readonly message: number[];
  readonly z: number[];
  readonly u: number[];
  readonly y: number[];
}

function truth(x: number[], rho: number[], z: number[], u: number[], p: bigint): Claims {
  const message = plain(blind(integers(x), integers(rho), p));
  return { x, rho, message, z, u, y: plain(unblind(integers(z), integers(u), p)) };
}

function groupOf(tests: Tests, p: bigint): BlindingFile['groups'][number] {
  const top = Number(p) - 1;
  const half = top / 2;
  const numbers = new Numbers(`blinding ${p}`);
  const edges = truth(
    [0, 1, -1, 32767, -32768, 1, -1, 0],
    [0, top, 0, top, 0, top - 1, 1, top],
    [0, 0, top, half, half + 1, top, 0, half],
    [0, top, 0, 0, 0, top, top, half + 1],
    p,
  );
  const random = truth(
    numbers.list(40, -32768, 32767),
    numbers.list(40, 0, top),
    numbers.list(40, 0, top),
    numbers.list(40, 0, top),
    p,
  );
  const lie = (bugType: string, comment: string, claim: Partial<Claims>) =>
    tests.falsified(bugType, comment, edges, claim);
  const change = (values: number[], at: number, value: number): number[] => values.with(at, value);
  return {
    p: Number(p),
    comment: `message = x + rho mod p and y = balanced(z - u mod p), p = ${p}`,
    tests: [
      tests.valid('the edges of the ranges', edges),
      tests.valid('many entries', random),
      tests.valid('one entry', truth([-7], [3], [1], [9], p)),
      lie('bad_noncanonical_message', 'the message is not reduced: it tells which pad entries were large', {
        message: change(edges.message, 1, top + 1),
      }),
      lie('bad_zero_pad', 'the input itself is sent', {
        message: edges.x.map((value) => (value < 0 ? value + top + 1 : value)),
      }),
      lie('bad_short_pad', 'the last entries are not blinded', { message: change(edges.message, 7, 0) }),
      lie('bad_subtracted_pad', 'x - rho in place of x + rho', {
        message: plain(
          blind(
            integers(edges.x),
            integers(edges.rho).map((value) => -value),
            p,
          ),
        ),
      }),
      lie('bad_unbalanced', 'the canonical representative is released', { y: change(edges.y, 2, top) }),
      lie('bad_balanced_edge', '(p + 1) / 2 is kept positive', { y: change(edges.y, 4, half + 1) }),
      lie('bad_not_unblinded', 'u is forgotten', {
        y: plain(unblind(integers(edges.z), integers(edges.u.map(() => 0)), p)),
      }),
      lie('bad_noncanonical_residue', 'an answer of p is read as 0', { z: change(edges.z, 0, top + 1) }),
    ],
  };
}

export function blindingFile(): BlindingFile {
  const tests = new Tests();
  return {
    $schema: './schema.json',
    algorithm: 'blinding',
    notes: ['The message and the unblinded answer are independent claims of one test: z need not answer the message.'],
    groups: [P24, M31].map((p) => groupOf(tests, p)),
  };
}
