/** The sampling file: residues from bytes by rejection. */
import { M31, P24, sampleResidues } from '../../../src/reference/index.js';
import type { SamplingFile } from '../shapes/scalars.js';
import { Numbers, plain, Recorder, toHex } from './numbers.js';
import { Tests } from './tests.js';

interface Draw {
  readonly bytes: string;
  readonly residues: number[];
}

function little(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, at) => Math.floor(value / 2 ** (8 * at)) % 256);
}

function draw(bytes: Iterable<number>, length: number, p: bigint): Draw {
  const recorder = new Recorder(bytes[Symbol.iterator]());
  const residues = plain(sampleResidues(recorder, length, p));
  return { bytes: toHex(recorder.taken), residues };
}

function groupOf(tests: Tests, p: bigint, width: number): SamplingFile['groups'][number] {
  const prime = Number(p);
  const top = 2 ** (width === 3 ? 24 : 31) - 1;
  const candidate = (...values: number[]): number[] => values.flatMap((value) => little(value, width));
  const edges = draw(candidate(0, 1, prime - 2, prime - 1), 4, p);
  const rejected = draw(candidate(prime, 5, top, prime - 1), 2, p);
  const orderly = draw(candidate(0x010203), 1, p);
  const long = draw(new Numbers(`sampling ${p}`).bytes(), 120, p);
  const valid = [
    tests.valid('the edges of the range', edges),
    tests.valid('candidates at and above the modulus are thrown away', rejected, ['rejection']),
    tests.valid('little endian', orderly),
    tests.valid('many in a row', long, ['rejection']),
    tests.valid('none at all', { bytes: '', residues: [] }),
  ];
  const lie = (bugType: string, comment: string, truth: Draw, residues: number[]) =>
    tests.falsified(bugType, comment, truth, { residues });
  const wrong = [
    lie('bad_reduced_sampling', 'the modulus is reduced to zero, not thrown away', rejected, [
      0,
      5,
      top - prime,
      prime - 1,
    ]),
    lie('bad_kept_noncanonical', 'the modulus is kept as if it were a residue', rejected, [prime, 5, top, prime - 1]),
    lie('bad_missed_residue', 'the largest residue is thrown away too', edges, [0, 1, prime - 2]),
    lie('bad_big_endian', 'the first byte is taken as the highest', orderly, [width === 3 ? 0x030201 : 0x03020100]),
    lie(
      'bad_zero_bytes',
      'the source was never read',
      long,
      long.residues.map(() => 0),
    ),
    tests.reject('bad_exhausted_source', 'the bytes end in the middle of a candidate', {
      bytes: toHex(little(7, width - 1)),
      residues: [7],
    }),
  ];
  if (width === 4) {
    const cut = draw([7, 0, 0, 0x80], 1, p);
    valid.push(tests.valid('the bit above the candidate is cut off', cut));
    wrong.push(lie('bad_uncut_bits', 'the bit above the candidate counts', cut, [2 ** 31 + 7]));
  }
  return { p: prime, comment: `${width} bytes a candidate`, tests: [...valid, ...wrong] };
}

export function samplingFile(): SamplingFile {
  const tests = new Tests();
  return {
    $schema: './schema.json',
    algorithm: 'sampling',
    notes: ['As many residues as listed are drawn, and the bytes are then used up exactly.'],
    groups: [groupOf(tests, P24, 3), groupOf(tests, M31, 4)],
  };
}
