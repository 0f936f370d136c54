/**
 * A device that takes no time: it computes each layer's answer once and gives the same again ever after. It isolates the
 * trusted side on a machine without a GPU. Its numbers are never those of a real device, and rows made with it say so.
 */
import { wasmArithmetic } from '../../src/fast/index.js';
import type { Device, DeviceOutput, Randomness } from '../../src/protocol/index.js';
import { withoutHealthTests } from '../../src/protocol/randomness-health.js';
import { inputLength, outputLength } from '../../src/reference/index.js';

/** The replaying device. Answers stay right only while the inputs stay the same: one picture, and `repeatingRandomness`. */
export async function replayDevice(): Promise<Device> {
  const arithmetic = await wasmArithmetic();
  return {
    name: 'replay',
    limits: { maximumTransferBytes: 2 ** 32, concurrency: 16, sharedMemory: true },
    async load(map, mode) {
      const recorded = new Map<number, DeviceOutput>();
      const trusted = arithmetic.load(map);
      const [inputs, outputs] = [inputLength(map), outputLength(map)];
      return {
        async apply(x) {
          const images = x.length / inputs;
          const known = recorded.get(images);
          if (known !== undefined) return known;
          const memory = new SharedArrayBuffer(outputs * images * 4);
          const y = mode === 'integers' ? new Int32Array(memory) : new Uint32Array(memory);
          for (let image = 0; image < images; image++) {
            const one = x.slice(image * inputs, (image + 1) * inputs);
            const to = y.subarray(image * outputs, (image + 1) * outputs);
            // The images of a benchmark are all the same, and then so are the answers.
            if (image > 0 && one.every((value, i) => value === x[i])) to.set(y.subarray(0, outputs));
            else if (mode === 'integers') trusted.applyIntegers(one as Int16Array, to as Int32Array);
            else trusted.applyModulo(one as Uint32Array, mode, to as Uint32Array);
          }
          recorded.set(images, y);
          return y;
        },
        release() {
          recorded.clear();
          trusted.release();
        },
      };
    },
    async close() {
      arithmetic.close();
    },
  };
}

/**
 * For recordings only: every call gives the same bytes, so every pad of a layer is the same and a recorded answer stays
 * right. With this nothing is private and nothing is secret.
 */
export function repeatingRandomness(): Randomness {
  return withoutHealthTests({
    fill(bytes) {
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
      let state = 20181013;
      for (let i = 0; i < words.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        words[i] = state;
      }
      for (let i = words.length * 4; i < bytes.length; i++) bytes[i] = i;
    },
  });
}
