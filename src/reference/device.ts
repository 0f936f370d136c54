/**
 * The first device: applies linear maps with the definition itself. Slow, and the yardstick for every other device.
 * It has the shape of `Device` in src/protocol without importing it, since the reference imports nothing.
 */
import { apply } from './apply.js';
import { modulo } from './field.js';
import { aLinearMap, inputLength, type LinearMap } from './linear-map.js';

/** A device that answers L(x), or L(x) mod p, in exact BigInt; several inputs back to back are answered in order. */
export function referenceDevice() {
  return {
    name: 'reference',
    limits: { maximumTransferBytes: 2 ** 31, concurrency: 1 },
    async load(map: LinearMap, modulus: number | 'integers') {
      aLinearMap(map);
      const size = inputLength(map);
      let released = false;
      return {
        async apply(x: Int16Array | Uint32Array): Promise<Int32Array | Uint32Array> {
          if (released) throw new Error('this map was released');
          if (x.length === 0 || x.length % size !== 0) {
            throw new RangeError(`expected a multiple of ${size} inputs, got ${x.length}`);
          }
          const answers: number[] = [];
          for (let start = 0; start < x.length; start += size) {
            const y = apply(map, Array.from(x.subarray(start, start + size), BigInt));
            for (const value of y)
              answers.push(Number(modulus === 'integers' ? value : modulo(value, BigInt(modulus))));
          }
          return modulus === 'integers' ? Int32Array.from(answers) : Uint32Array.from(answers);
        },
        release(): void {
          released = true;
        },
      };
    },
    async close(): Promise<void> {},
  };
}
