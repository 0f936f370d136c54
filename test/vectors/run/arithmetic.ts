/** A trusted arithmetic (the fast one, and protocol's own) against the files about single computations. */
import { runTrusted } from '../../../src/operations/run-trusted.js';
import { type Modulus, noWrapBound, sampleResidues, type TrustedArithmetic } from '../../../src/protocol/index.js';
import { Own } from '../../../src/protocol/trusted-value.js';
import { type ImageShape, inputLength, outputLength, pooledShape, type Tensor } from '../../../src/reference/index.js';
import { mapOf } from '../generate/maps.js';
import { interpolation } from '../generate/operations.js';
import type { OperationVector, PoolingVector } from '../shapes/operations.js';
import { attempt, differing, type Falsehoods } from './judge.js';
import { scripted } from './scripted.js';

const own = (x: Int16Array): Own<Int16Array> => new Own(x);

type Covered = 'field' | 'sampling' | 'linear' | 'operations' | 'blinding' | 'folding';

const names = { name: '', input: 0, output: 1 } as const;

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

function pooled(how: PoolingVector): number {
  const { height, width, channels } = pooledShape(how.shape, { ...names, ...how });
  return height * width * channels;
}

const tensor = (shape: readonly number[]): Tensor => ({
  kind: 'activation',
  name: '',
  shape,
  scale: 1,
  zeroPoint: 0,
  minimum: -32768,
  maximum: 32767,
});

const shapeOf = ({ height, width, channels }: ImageShape): number[] => [height, width, channels];

function padded({ shape, padding }: OperationVector & { kind: 'pad' }): Tensor {
  const [height, width] = [padding.top + shape.height + padding.bottom, padding.left + shape.width + padding.right];
  return tensor([height, width, shape.channels]);
}

/** An operation's output: kernels where there is arithmetic, the network's copies where not. */
export function operateWith(arithmetic: TrustedArithmetic, operation: OperationVector, inputs: number[][]): number[] {
  const { i16, i32 } = arraysOf(arithmetic);
  const [first, second] = inputs;
  const short = arithmetic.allocate('i16', 'window' in operation ? pooled(operation) : first!.length);
  switch (operation.kind) {
    case 'requantize': {
      const how = { ...operation.how, multipliers: Int32Array.from(operation.how.multipliers) };
      arithmetic.requantize(i32(first!), Int32Array.from(operation.bias), how, short);
      return [...short];
    }
    case 'addBias': {
      const out = arithmetic.allocate('i32', first!.length);
      arithmetic.addBias(i32(first!), Int32Array.from(operation.bias), out);
      return [...out];
    }
    case 'add': {
      const [left, right] = operation.multipliers;
      const how = { ...names, ...operation, inputs: [0, 1], multipliers: [left!, right!] } as const;
      arithmetic.add(i16(first!), i16(second!), how, short);
      return [...short];
    }
    case 'rescale':
      arithmetic.rescale(i16(first!), { ...names, ...operation }, short);
      return [...short];
    case 'averagePool':
    case 'maxPool':
      arithmetic.pool(i16(first!), operation.shape, { ...names, ...operation }, short);
      return [...short];
    case 'pad':
      return [
        ...runTrusted(
          { ...names, ...operation },
          [i16(first!)].map(own),
          [tensor(shapeOf(operation.shape))],
          padded(operation),
          1,
          arithmetic,
        ).value,
      ];
    case 'concat': {
      const how = { ...names, ...operation, inputs: [0, 1] };
      const out = tensor([inputs.flat().length]);
      return [...runTrusted(how, inputs.map(i16).map(own), operation.shapes.map(tensor), out, 1, arithmetic).value];
    }
    case 'take': {
      const offsets = operation.offsets.map((list) => Int32Array.from(list));
      const out = tensor(offsets.map(({ length }) => length));
      return [
        ...runTrusted(
          { ...names, kind: 'take', offsets },
          [i16(first!)].map(own),
          [tensor([first!.length])],
          out,
          1,
          arithmetic,
        ).value,
      ];
    }
    case 'multiply':
    case 'larger':
    case 'smaller':
      return [
        ...runTrusted(
          { ...names, ...operation, inputs: [0, 1] },
          inputs.map(i16).map(own),
          inputs.map(({ length }) => tensor([length])),
          tensor([first!.length]),
          1,
          arithmetic,
        ).value,
      ];
    case 'subtract': {
      const [left, right] = operation.multipliers;
      const how = { ...names, ...operation, inputs: [0, 1], multipliers: [left!, right!] } as const;
      return [
        ...runTrusted(
          how,
          inputs.map(i16).map(own),
          inputs.map(({ length }) => tensor([length])),
          tensor([first!.length]),
          1,
          arithmetic,
        ).value,
      ];
    }
    case 'interpolate': {
      const how = {
        ...names,
        kind: 'interpolate',
        rows: interpolation(operation.rows),
        columns: interpolation(operation.columns),
      } as const;
      const out = tensor([how.rows.lower.length, how.columns.lower.length, operation.shape.channels]);
      return [...runTrusted(how, [i16(first!)].map(own), [tensor(shapeOf(operation.shape))], out, 1, arithmetic).value];
    }
    case 'lookup': {
      const { minimum, table } = operation;
      const how = { ...names, kind: 'lookup', table: Int16Array.from(table) } as const;
      const from = { ...tensor([first!.length]), minimum, maximum: minimum + table.length - 1 } as Tensor;
      return [...runTrusted(how, [i16(first!)].map(own), [from], tensor([first!.length]), 1, arithmetic).value];
    }
    case 'layerNormalization': {
      const lists = { factors: Int32Array.from(operation.factors), bias: Int32Array.from(operation.bias) };
      const rows = tensor([first!.length / lists.factors.length, lists.factors.length]);
      return [...runTrusted({ ...names, ...operation, ...lists }, [own(i16(first!))], [rows], rows, 1, arithmetic).value];
    }
    case 'softmax': {
      const how = { ...names, ...operation, exponentials: Uint32Array.from(operation.exponentials) };
      const rows = tensor([first!.length / operation.width, operation.width]);
      return [...runTrusted(how, [i16(first!)].map(own), [rows], rows, 1, arithmetic).value];
    }
  }
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
