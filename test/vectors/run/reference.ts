/** The reference against every file: nothing here but src/reference computes. */
import {
  add,
  apply,
  aResidue,
  balanced,
  blind,
  bound,
  decodeResidues,
  floorDivision,
  innerProduct,
  inverse,
  M31,
  modulo,
  multiply,
  roundedDivision,
  roundedShift,
  sampleResidues,
  subtract,
  transpose,
  unblind,
} from '../../../src/reference/index.js';
import { mapOf } from '../generate/maps.js';
import { afterwards } from '../generate/networks.js';
import { integers, plain } from '../generate/numbers.js';
import { resultOf } from '../generate/operations.js';
import { messageOf, verdictOf } from '../generate/protocol.js';
import { attempt, differing, type Falsehoods } from './judge.js';
import { byTheModel } from './lifecycle-by-model.js';
import type { Name } from './read.js';

const field = { add, subtract, multiply };

function fieldValue(operation: string, [a, b]: bigint[], p: bigint): bigint {
  if (operation === 'modulo') return modulo(a!, p);
  if (operation === 'balanced') return balanced(a!, p);
  if (operation === 'inverse') return inverse(a!, p);
  if (operation === 'canonical') return aResidue(a!, p, 'a');
  return field[operation as keyof typeof field](a!, b!, p);
}

const rounding = { floorDivision, roundedDivision, roundedShift: (a: bigint, b: bigint) => roundedShift(a, Number(b)) };

/** Every algorithm by the definition. */
export const reference: { readonly [N in Name]: Falsehoods<N> } = {
  field: ({ operation, p }, { operands, expected }) =>
    differing({
      expected: [expected, attempt(() => String(fieldValue(operation, operands.map(BigInt), BigInt(p))))],
    }),
  rounding: ({ operation }, { a, b, expected }) =>
    differing({ expected: [expected, String(rounding[operation](BigInt(a), BigInt(b)))] }),
  sampling: ({ p }, { bytes, residues }) => {
    const source = Buffer.from(bytes, 'hex').values();
    const drawn = attempt(() => plain(sampleResidues(source, residues.length, BigInt(p))));
    return differing({ residues: [residues, drawn], bytes: [true, source.next().done === true] });
  },
  linear: ({ map: vector }, { x, y, modular, transposed, bound: claimed }) => {
    const map = mapOf(vector);
    return differing({
      y: [y, plain(apply(map, integers(x)))],
      modular: [
        modular.map((entry) => entry.y),
        modular.map((entry) => plain(apply(map, integers(entry.x)).map((value) => modulo(value, BigInt(entry.p))))),
      ],
      transposed: [transposed.folded, plain(transpose(map, integers(transposed.s)).map((value) => modulo(value, M31)))],
      bound: [claimed, Number(bound(map))],
    });
  },
  operations: ({ operation }, { inputs, output }) => differing({ output: [output, resultOf(operation, inputs)] }),
  blinding: ({ p: prime }, { x, rho, message, z, u, y }) => {
    const p = BigInt(prime);
    const residues = decodeResidues(z, u.length, p);
    return differing({
      message: [message, attempt(() => plain(blind(integers(x), integers(rho), p)))],
      y: [y, residues === null ? 'refused' : plain(unblind(residues, integers(u), p))],
    });
  },
  folding: ({ q }, { s, y, fold }) =>
    differing({ fold: [fold, Number(innerProduct(integers(s), integers(y), BigInt(q)))] }),
  verdict: (group, { answer, y }) => {
    const { map, x, pad, challenges, p, message } = group;
    const verdict = verdictOf(mapOf(map), x, pad, challenges, answer, p);
    return [
      ...differing({ message: [message, messageOf(x, pad, p)], y: [y, verdict.y] }),
      ...(verdict.accepted ? [] : ['verdict']),
    ];
  },
  session: ({ p, layers, challenges, pads }, { inferences }) =>
    inferences.flatMap((steps, inference) =>
      steps.flatMap(({ x, message, answer, y, accepted, output }, index) => {
        const layer = layers[index]!;
        const pad = p === null ? null : pads[inference]![index]!;
        const verdict = verdictOf(mapOf(layer.map), x, pad, challenges[index]!, answer, p);
        const passedOn = steps[index + 1]?.x ?? output;
        return [
          ...differing({ message: [message, messageOf(x, pad, p)], y: [y, verdict.y], next: [passedOn, output] }),
          ...differing({ accepted: [accepted, verdict.accepted] }),
          ...differing({ output: [output, verdict.accepted ? afterwards(layer, verdict.y!) : null] }),
          ...(verdict.accepted ? [] : ['verdict']),
        ];
      }),
    ),
  lifecycle: byTheModel(),
};
