/** Trusted arithmetic by the definition itself: BigInt, slow, and what the WebAssembly arithmetic is tested against. */

import { inputLength, type LinearMap } from '../model/linear-map.js';
import { CHECK_MODULUS, P24 } from '../model/modulus.js';
import {
  addBias,
  addTensors,
  apply,
  blind,
  combine,
  innerProduct,
  lookup,
  modulo,
  pool,
  requantize,
  rescale,
  transpose,
  unblind,
} from '../reference/index.js';
import type { TrustedArithmetic, TrustedArrays, TrustedMap } from './arithmetic.js';
import { finishAll, incoming, outgoing } from './reference-passes.js';

const integers = (values: ArrayLike<number>): bigint[] => Array.from(values, BigInt);
const q = BigInt(CHECK_MODULUS);

function put(values: readonly bigint[], out: Int16Array | Int32Array | Uint32Array): void {
  if (values.length !== out.length)
    throw new RangeError(`expected ${values.length} entries of room, got ${out.length}`);
  for (const [index, value] of values.entries()) out[index] = Number(value);
}

/** `length` entries each, back to back. */
function* pieces<A extends Int16Array | Uint32Array>(x: A, length: number): Generator<A> {
  for (let start = 0; start < x.length; start += length) yield x.subarray(start, start + length) as A;
}

function loadReference(map: LinearMap): TrustedMap {
  const inputs = inputLength(map);
  return {
    applyModulo(x, modulus, out) {
      const y = [...pieces(x, inputs)].flatMap((one) => apply(map, integers(one)));
      put(
        y.map((value) => modulo(value, BigInt(modulus))),
        out,
      );
    },
    applyIntegers(x, out) {
      const y = [...pieces(x, inputs)].flatMap((one) => apply(map, integers(one)));
      put(y, out);
    },
    transpose(s, out) {
      const folded = transpose(map, integers(s));
      put(
        folded.map((value) => modulo(value, q)),
        out,
      );
    },
    forgetTranspose() {},
    release() {},
  };
}

function candidates(bytes: Uint8Array, width: number): number[] {
  return Array.from({ length: bytes.length / width }, (_, index) => {
    const digits = [...bytes.subarray(index * width, (index + 1) * width)];
    const value = digits.reduceRight((total, digit) => total * 256 + digit, 0);
    return width === 4 ? value % 2 ** 31 : value;
  });
}

/** The definition as an implementation of `TrustedArithmetic`. */
export function referenceArithmetic(): TrustedArithmetic {
  const arithmetic: TrustedArithmetic = {
    name: 'reference',
    threads: 1,
    allocate<K extends keyof TrustedArrays>(kind: K, length: number): TrustedArrays[K] {
      const make = { i16: Int16Array, i32: Int32Array, u32: Uint32Array };
      return new make[kind](length) as TrustedArrays[K];
    },
    release: (array) => void array.fill(0),
    wipe() {},
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
    packFolded: (folded, out) => out.set(folded),
    outgoing: (x, how, message, sums) => outgoing(arithmetic, x, how, message, sums),
    incoming: (answer, how, folds, out) => incoming(arithmetic, answer, how, folds, out),
    finish: (y, _, finish, out) => finishAll(arithmetic, y, finish, out),
    acceptCandidates(bytes, modulus, out) {
      const accepted = candidates(bytes, modulus === P24 ? 3 : 4).filter((value) => value < modulus);
      out.set(accepted);
      return accepted.length;
    },
    requantize: (y, bias, how, out) => put(requantize(integers(y), bias, how), out),
    addBias: (y, bias, out) => put(addBias(integers(y), bias), out),
    add(a, b, how, out) {
      const operation = { kind: 'add', name: '', inputs: [0, 0], output: 0, ...how } as const;
      put(addTensors(integers(a), integers(b), operation), out);
    },
    multiply(a, b, how, out) {
      const operation = { kind: 'multiply', name: '', inputs: [0, 0], output: 0, ...how } as const;
      put(combine(integers(a), integers(b), operation), out);
    },
    lookup: (x, table, minimum, out) => put(lookup(integers(x), minimum, table), out),
    rescale: (x, how, out) => put(rescale(integers(x), how), out),
    pool(x, shape, how, out) {
      const images = [...pieces(x, shape.height * shape.width * shape.channels)];
      put(
        images.flatMap((image) => pool(integers(image), shape, how)),
        out,
      );
    },
    close() {},
  };
  return arithmetic;
}
