/**
 * The first device: applies linear maps with the definition itself. Slow, and the yardstick for every other device.
 * It has the shape of `Device` in src/protocol without importing it, since the reference imports nothing.
 */

import { aLinearMap, inputLength, type LinearMap } from '../model/linear-map.js';
import { apply } from './apply.js';
import { bound } from './bound.js';
import { M31, modulo, P24 } from './field.js';

type Mode = number | 'integers';

function applyAll(map: LinearMap, mode: Mode, x: Int16Array | Uint32Array): number[] {
  const size = inputLength(map);
  if (x.length === 0 || x.length % size !== 0) throw new RangeError(`expected a multiple of ${size}, got ${x.length}`);
  const answers: number[] = [];
  for (let start = 0; start < x.length; start += size) {
    const y = apply(map, Array.from(x.subarray(start, start + size), BigInt));
    for (const value of y) answers.push(Number(mode === 'integers' ? value : modulo(value, BigInt(mode))));
  }
  return answers;
}

function requireMode(map: LinearMap, mode: Mode): void {
  if (mode === 'integers' ? bound(map) >= 2n ** 31n : ![P24, M31].includes(BigInt(mode))) {
    throw new RangeError(mode === 'integers' ? 'the integers may not fit 32 bits' : `${mode} is not a pad modulus`);
  }
}

/** A map that the reference device holds. */
export interface ReferenceMap {
  /** L(x), or L(x) mod p; several inputs back to back are answered in order. @throws RangeError or TypeError for a wrong input */
  apply(x: Int16Array | Uint32Array): Promise<Int32Array | Uint32Array>;
  /** Later calls of `apply` reject. */
  release(): void;
}

/** What a reference device is: `Device` of src/protocol, which this file may not name. */
export interface ReferenceDevice {
  /** `reference`. */
  readonly name: string;
  /** No limit that matters. */
  readonly limits: {
    /** Bytes of one call. */
    readonly maximumTransferBytes: number;
    /** One call at a time. */
    readonly concurrency: number;
  };
  /** Takes a map, for p or for `'integers'`. @throws TypeError or RangeError when it is malformed or may not be exact */
  load(map: LinearMap, mode: number | 'integers'): Promise<ReferenceMap>;
  /** Later calls reject. */
  close(): Promise<void>;
}

/** A device that answers L(x), or L(x) mod p, in exact BigInt; several inputs back to back are answered in order. */
export function referenceDevice(): ReferenceDevice {
  let closed = false;
  return {
    name: 'reference',
    limits: { maximumTransferBytes: 2 ** 31, concurrency: 1 },
    async load(map: LinearMap, mode: Mode) {
      if (closed) throw new Error('this device was closed');
      requireMode(aLinearMap(map), mode);
      let released = false;
      return {
        async apply(x: Int16Array | Uint32Array): Promise<Int32Array | Uint32Array> {
          if (released || closed) throw new Error('this map was released');
          const type = mode === 'integers' ? Int16Array : Uint32Array;
          if (!(x instanceof type)) throw new TypeError(`x must be an ${type.name}`);
          const answers = applyAll(map, mode, x);
          return mode === 'integers' ? Int32Array.from(answers) : Uint32Array.from(answers);
        },
        release(): void {
          released = true;
        },
      };
    },
    async close(): Promise<void> {
      closed = true;
    },
  };
}
