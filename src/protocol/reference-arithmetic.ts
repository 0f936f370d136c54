/** Trusted arithmetic by the definition itself: BigInt, slow, and what the WebAssembly arithmetic is tested against. */
import {
  addBias,
  addTensors,
  apply,
  blind,
  innerProduct,
  type LinearMap,
  modulo,
  pool,
  requantize,
  rescale,
  transpose,
  unblind,
} from '../reference/index.js';
import type { TrustedArithmetic, TrustedArrays, TrustedMap } from './arithmetic.js';
import { CHECK_MODULUS } from './modulus.js';

const integers = (values: ArrayLike<number>): bigint[] => Array.from(values, BigInt);
const q = BigInt(CHECK_MODULUS);

function put(values: readonly bigint[], out: Int16Array | Int32Array | Uint32Array): void {
  if (values.length !== out.length)
    throw new RangeError(`expected ${values.length} entries of room, got ${out.length}`);
  for (const [index, value] of values.entries()) out[index] = Number(value);
}

function loadReference(map: LinearMap): TrustedMap {
  return {
    applyModulo(x, modulus, out) {
      const y = apply(map, integers(x));
      put(
        y.map((value) => modulo(value, BigInt(modulus))),
        out,
      );
    },
    applyIntegers(x, out) {
      put(apply(map, integers(x)), out);
    },
    transpose(s, out) {
      const folded = transpose(map, integers(s));
      put(
        folded.map((value) => modulo(value, q)),
        out,
      );
    },
    release() {},
  };
}

/** The definition as an implementation of `TrustedArithmetic`. */
export function referenceArithmetic(): TrustedArithmetic {
  return {
    name: 'reference',
    allocate<K extends keyof TrustedArrays>(kind: K, length: number): TrustedArrays[K] {
      const make = { i16: Int16Array, i32: Int32Array, u32: Uint32Array };
      return new make[kind](length) as TrustedArrays[K];
    },
    release: (array) => void array.fill(0),
    load: loadReference,
    blind: (x, pad, modulus, out) => put(blind(integers(x), integers(pad), BigInt(modulus)), out),
    unblind(z, u, modulus, bound, out) {
      put(unblind(integers(z), integers(u), BigInt(modulus)), out);
      return z.every((value) => value < modulus) && out.every((value) => Math.abs(value) <= bound);
    },
    isCanonical: (z, modulus) => z.every((value) => value < modulus),
    isWithin: (y, bound) => y.every((value) => Math.abs(value) <= bound),
    foldOutput: (s, y) => Number(innerProduct(integers(s), integers(y), q)),
    foldInput: (folded, x) => Number(innerProduct(integers(folded), integers(x), q)),
    requantize: (y, bias, how, out) => put(requantize(integers(y), bias, how), out),
    addBias: (y, bias, out) => put(addBias(integers(y), bias), out),
    add: (a, b, how, out) => put(addTensors(integers(a), integers(b), how), out),
    rescale: (x, how, out) => put(rescale(integers(x), how), out),
    pool: (x, shape, how, out) => put(pool(integers(x), shape, how), out),
    close() {},
  };
}
