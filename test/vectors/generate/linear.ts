/** The file on linear maps: L over the integers and modulo p, its transpose modulo q, its bound. */
import { apply, inputLength, M31, modulo, outputLength, P24, transpose } from '../../../src/reference/index.js';
import type { LinearFile, MapVector } from '../shapes/linear.js';
import { boundOf, flaws } from './linear-defects.js';
import { mapOf, mapsOfEveryKind } from './maps.js';
import { integers, Numbers, plain } from './numbers.js';
import { Tests } from './tests.js';

function truthOf(vector: MapVector, x: number[], numbers: Numbers) {
  const map = mapOf(vector);
  const modular = [P24, M31].map((p) => {
    const residues = numbers.list(inputLength(map), 0, Number(p) - 1);
    return { p: Number(p), x: residues, y: plain(apply(map, integers(residues)).map((value) => modulo(value, p))) };
  });
  const s = numbers.list(outputLength(map), 0, Number(M31) - 1);
  const folded = plain(transpose(map, integers(s)).map((value) => modulo(value, M31)));
  return { x, y: plain(apply(map, integers(x))), modular, transposed: { s, folded }, bound: boundOf(vector) };
}

/** The input in the declared range that makes the first output entry as large as it gets. */
function largestInput(map: MapVector): number[] {
  const { minimum, maximum } = map.inputRange;
  return Array.from({ length: inputLength(mapOf(map)) }, (_, index) =>
    map.weights[index % map.weights.length]! < 0 ? minimum : maximum,
  );
}

export function linearFile(): LinearFile {
  const tests = new Tests();
  const numbers = new Numbers('linear');
  const someInput = (map: MapVector): number[] =>
    numbers.list(inputLength(mapOf(map)), map.inputRange.minimum, map.inputRange.maximum);
  const kinds = mapsOfEveryKind(numbers).map(([name, map]) => ({
    map,
    comment: name,
    tests: [
      tests.valid(name, truthOf(map, someInput(map), numbers)),
      ...(map.kind === 'dense'
        ? [tests.valid(`${name}, the extremes of the range`, truthOf(map, largestInput(map), numbers), ['worst case'])]
        : []),
    ],
  }));
  const wrong = flaws().map(({ name, map, wrongs }) => {
    const truth = truthOf(map, someInput(map), numbers);
    return {
      map,
      comment: `${name}, and how it goes wrong`,
      tests: [
        tests.valid(name, truth),
        ...wrongs(truth).map(([bugType, comment, lie]) => tests.falsified(bugType, comment, truth, lie)),
      ],
    };
  });
  return {
    $schema: './schema.json',
    algorithm: 'linear',
    notes: [
      'y = L(x) over the integers; modular: L of other inputs, residues, modulo p.',
      'transposed: folded is the transpose of L applied to s, modulo q = 2^31 - 1; bound: the no-wrap bound B.',
      'A test that must be rejected has one field that is false; flags name it.',
    ],
    groups: [...kinds, ...wrong],
  };
}
