/**
 * The trusted side's arithmetic. It is injected like a device is, but it is believed: it runs inside the trusted process.
 * `reference-arithmetic.ts` is the definition in BigInt; `src/fast` has the WebAssembly one; tests hold them equal.
 *
 * All arrays are allocated with `allocate`, so that an implementation may keep them where its kernels can reach them.
 * Notation: p pad modulus, q check modulus 2^31 - 1, x centred input, y integer output, s challenge, z device answer.
 */
import type { LinearMap } from '../model/linear-map.js';
import type { Modulus } from '../model/modulus.js';
import type { Requantization } from '../model/quantized-network.js';
import type { PoolOperation, RescaleOperation } from '../model/trusted-operations.js';
import type { Addition, Finish, Incoming, Outgoing } from './passes.js';

/** The element types trusted memory is made of. */
export interface TrustedArrays {
  /** Centred inputs. */
  i16: Int16Array;
  /** Integer outputs. */
  i32: Int32Array;
  /** Residues. */
  u32: Uint32Array;
}

/** A linear map made ready for trusted evaluation: the offline phase's two jobs. */
export interface TrustedMap {
  /** out = L(x) mod p for residues x: |X| and |Y| entries, or several inputs and outputs back to back. */
  applyModulo(x: Uint32Array, modulus: Modulus, out: Uint32Array): void;
  /** out = L(x) over the integers, for x in the declared range: one input, or several back to back. */
  applyIntegers(x: Int16Array, out: Int32Array): void;
  /** out = transpose of L applied to s, mod q; s has |Y| residues below q, out has |X|. */
  transpose(s: Uint32Array, out: Uint32Array): void;
  /** Frees what only `transpose` needs; it can still be called, and is slow then. */
  forgetTranspose(): void;
  /** Frees what was made ready. */
  release(): void;
}

/** Height, width, channels of an image-like tensor: what pooling needs to know about its input. */
export interface ImageShape {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Entries of a pixel. */
  readonly channels: number;
}

/** A change of scale with its rounding and its clamp. */
export type Scaling = Pick<RescaleOperation, 'multiplier' | 'shift' | 'minimum' | 'maximum'>;

/** Everything the trusted side computes. Functions write to `out` and never read it. */
export interface TrustedArithmetic {
  /** Which implementation this is. */
  readonly name: string;
  /** How many threads share the work; 1 when there is only the calling one. */
  readonly threads: number;

  /** An array of `length` entries in trusted memory: zeros, unless the caller says that it will write every entry. */
  allocate<K extends keyof TrustedArrays>(kind: K, length: number, content?: 'zeros' | 'anything'): TrustedArrays[K];
  /**
   * Takes the array's memory back; the array must not be used again. It is overwritten with zeros first, or, if its content
   * may be kept, by `wipe` at the latest: memory that is used again at once need not be written twice. `zeros` says that a pass
   * wiped every entry already.
   */
  release(array: Int16Array | Int32Array | Uint32Array, content?: 'wipe' | 'keep' | 'zeros'): void;
  /** Overwrites with zeros what was released with its content kept. */
  wipe(): void;
  /** Makes a map ready for trusted evaluation. */
  load(map: LinearMap): TrustedMap;

  /** out = (x + pad) mod p. */
  blind(x: Int16Array, pad: Uint32Array, modulus: Modulus, out: Uint32Array): void;
  /**
   * out = balanced(z - u mod p). True if every z is canonical (below p) and every |out| <= bound.
   * Takes the same time whatever the values are; when it returns false `out` must not be used.
   */
  unblind(z: Uint32Array, u: Uint32Array, modulus: Modulus, bound: number, out: Int32Array): boolean;
  /** True if every z is canonical (below p). */
  isCanonical(z: Uint32Array, modulus: Modulus): boolean;
  /** True if every |y| <= bound. */
  isWithin(y: Int32Array, bound: number): boolean;
  /** <s, y> mod q, for |y| <= bound. */
  foldOutput(s: Uint32Array, y: Int32Array, bound: number): number;
  /** <folded, x> mod q, for centred x (any int16). */
  foldInput(folded: Uint32Array, x: Int16Array): number;

  /** Writes <folded, x>'s vector in the form in which `outgoing` takes it: `packedLength` entries, the rest zero. */
  packFolded(folded: Uint32Array, out: Uint32Array): void;
  /**
   * One pass over inputs on their way to the device: message = x, or x + rho mod p where blinded, and for every image i and
   * challenge t sums[i * k + t] = <folded_t, x_i> mod q. The message may lie anywhere, also in shared memory.
   * @returns false if an entry is outside the declared range: neither message nor sums must be used then
   */
  outgoing(x: Int16Array, how: Outgoing, message: Int16Array | Uint32Array, sums: Uint32Array): boolean;
  /**
   * One pass over a device's answer, which may lie anywhere and change meanwhile: each entry is read once. y is the answer,
   * unblinded if u is given; folds[i * k + t] = <s_t, y_i> mod q; out = finish(y).
   * @returns true if every residue is canonical and every |y| <= bound; otherwise neither folds nor out must be used
   */
  incoming(answer: Int32Array | Uint32Array, how: Incoming, folds: Uint32Array, out: Int16Array | Int32Array): boolean;
  /** out = finish(y) for outputs that the trusted side computed itself; every |y + bias| must fit int32. */
  finish(y: Int32Array, images: number, finish: Finish, out: Int16Array | Int32Array): void;
  /**
   * The candidates below p, in order: `bytes` holds little-endian candidates of 3 bytes (P24) or of 4 bytes cut to 31 bits
   * (M31). Writes them from the start of `out`, which has room for all, and returns how many there were.
   */
  acceptCandidates(bytes: Uint8Array, modulus: Modulus, out: Uint32Array): number;

  /** out[i] = requantize(y[i] + bias[i mod channels]); |y + bias| must fit int32. */
  requantize(y: Int32Array, bias: Int32Array, how: Requantization, out: Int16Array): void;
  /** out[i] = y[i] + bias[i mod channels]. */
  addBias(y: Int32Array, bias: Int32Array, out: Int32Array): void;
  /** out[i] = clamp(roundedShift(a[i] * multipliers[0] + b[i] * multipliers[1], shift), minimum, maximum). */
  add(a: Int16Array, b: Int16Array, how: Addition, out: Int16Array): void;
  /** out[i] = clamp(roundedShift(a[i] * b[i] * multiplier, shift), minimum, maximum); the multiplier is not negative. */
  multiply(a: Int16Array, b: Int16Array, how: Scaling, out: Int16Array): void;
  /**
   * out[i] = table[x[i] - minimum]; every x[i] must lie in [minimum, minimum + table.length - 1]. A table of up to 256 entries is
   * read whole for each x[i], so that no address depends on one; of a larger one only the entry that x[i] names.
   */
  lookup(x: Int16Array, table: Int16Array, minimum: number, out: Int16Array): void;
  /** out[i] = clamp(roundedShift(x[i] * multiplier, shift), minimum, maximum). */
  rescale(x: Int16Array, how: RescaleOperation, out: Int16Array): void;
  /** Pools one image, or several back to back. */
  pool(x: Int16Array, shape: ImageShape, how: PoolOperation, out: Int16Array): void;

  /** Frees everything. */
  close(): void;
}
