/** A trusted arithmetic (the fast one, and protocol's own) against the files about single computations. */
import { rulesOf } from '../../../src/operations/operations.js';
import { runTrusted } from '../../../src/operations/run-trusted.js';
import { type Modulus, noWrapBound, Own, sampleResidues, type TrustedArithmetic } from '../../../src/protocol/index.js';
import { inputLength, outputLength } from '../../../src/reference/index.js';
import { mapOf } from '../generate/maps.js';
import { tensor, trusted } from '../generate/trusted.js';
import type { OperationVector } from '../shapes/operations.js';
import { attempt, differing, type Falsehoods } from './judge.js';
import { scripted } from './scripted.js';

type Covered = 'field' | 'sampling' | 'linear' | 'operations' | 'blinding' | 'folding';

/** Arrays of one arithmetic, from lists and back. */
function arraysOf(arithmetic: TrustedArithmetic) {
  const filled = <K extends 'i16' | 'i32' | 'u32'>(kind: K, values: readonly number[]) => {
    const array = arithmetic.allocate(kind, values.length);
    array.set(values);
    return array;
  };
  return {
    i16: (values: readonly number[]): Int16Array => filled('i16', values),
    i32: (values: readonly number[]): Int32Array => filled('i32', values),
    u32: (values: readonly number[]): Uint32Array => filled('u32', values),
  };
}

/** An operation's output. */
export function operateWith(arithmetic: TrustedArithmetic, vector: OperationVector, inputs: number[][]): number[] {
  const { i16, i32 } = arraysOf(arithmetic);
  if (vector.kind === 'addBias') {
    const out = arithmetic.allocate('i32', inputs[0]!.length);
    arithmetic.addBias(i32(inputs[0]!), Int32Array.from(vector.bias), out);
    return [...out];
  }
  if (vector.kind === 'requantize') {
    const how = { ...vector.how, multipliers: Int32Array.from(vector.how.multipliers) };
    const out = arithmetic.allocate('i16', inputs[0]!.length);
    arithmetic.requantize(i32(inputs[0]!), Int32Array.from(vector.bias), how, out);
    return [...out];
  }
  const { operation, tensors } = trusted(vector, inputs);
  const output = tensor([rulesOf(operation).entries(operation, tensors, 'a vector')]);
  const own = inputs.map((input) => new Own(i16(input)));
  return [...runTrusted(operation, own, tensors, output, 1, arithmetic).value];
}

/** Whether -(2^31) <= y + bias < 2^31 everywhere: the condition under which requantization is promised. */
function isPromised(operation: OperationVector, inputs: number[][]): boolean {
  if (operation.kind !== 'requantize') return true;
  return inputs[0]!.every((value, index) => {
    const sum = value + operation.bias[index % operation.bias.length]!;
    return sum === (sum | 0);
  });
}

/** The falsehoods `arithmetic` sees. */
export function withArithmetic(arithmetic: TrustedArithmetic): { readonly [N in Covered]: Falsehoods<N> } {
  const { i16, i32, u32 } = arraysOf(arithmetic);
  return {
    // The one field operations that the fast path has by themselves: what is canonical, and lifting a residue.
    field({ operation, p }, { operands, expected }) {
      const [a, modulus] = [Number(operands[0]), Number(p) as Modulus];
      if (a < 0 || a >= 2 ** 32) return null;
      if (operation === 'canonical') {
        const known = arithmetic.isCanonical(u32([a]), modulus);
        return differing({ expected: [expected, known ? String(a) : 'refused'] });
      }
      if (operation !== 'balanced' || a >= modulus) return null;
      const out = arithmetic.allocate('i32', 1);
      arithmetic.unblind(u32([a]), u32([0]), modulus, 2 ** 31 - 1, out);
      return differing({ expected: [Number(expected), out[0]] });
    },
    sampling({ p }, { bytes, residues }) {
      const out = arithmetic.allocate('u32', residues.length);
      const source = scripted(bytes);
      const drawn = attempt(() => {
        sampleResidues(source, p as Modulus, out, arithmetic);
        return [...out];
      });
      return differing({ residues: [residues, drawn], bytes: [0, source.left] });
    },
    linear({ map: vector }, { x, y, modular, transposed, bound }) {
      const map = mapOf(vector);
      const loaded = arithmetic.load(map);
      const whole = arithmetic.allocate('i32', outputLength(map));
      const out = arithmetic.allocate('u32', outputLength(map));
      const folded = arithmetic.allocate('u32', inputLength(map));
      loaded.applyIntegers(i16(x), whole);
      loaded.transpose(u32(transposed.s), folded);
      const residues = modular.map((entry) => {
        loaded.applyModulo(u32(entry.x), entry.p as Modulus, out);
        return [...out];
      });
      loaded.release();
      return differing({
        y: [y, [...whole]],
        modular: [modular.map((entry) => entry.y), residues],
        transposed: [transposed.folded, [...folded]],
        bound: [bound, noWrapBound(map)],
      });
    },
    operations({ operation }, { inputs, output }) {
      if (!isPromised(operation, inputs)) return null;
      return differing({ output: [output, operateWith(arithmetic, operation, inputs)] });
    },
    blinding({ p }, { x, rho, message, z, u, y }) {
      const modulus = p as Modulus;
      const blinded = arithmetic.allocate('u32', x.length);
      const lifted = arithmetic.allocate('i32', z.length);
      arithmetic.blind(i16(x), u32(rho), modulus, blinded);
      const fits = arithmetic.unblind(u32(z), u32(u), modulus, (p - 1) / 2, lifted);
      return differing({ message: [message, [...blinded]], y: [y, fits ? [...lifted] : 'refused'] });
    },
    folding(_, { s, y, fold }) {
      const small = y.every((value) => value >= -32768 && value <= 32767);
      const wide = arithmetic.foldOutput(u32(s), i32(y), 2 ** 30);
      const narrow = small ? arithmetic.foldInput(u32(s), i16(y)) : wide;
      return differing({ output: [fold, wide], input: [fold, narrow] });
    },
  };
}
