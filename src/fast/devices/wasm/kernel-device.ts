/** The kernels as a device in the thread that calls: what runs inside the wasm device's own thread. */

import { inputLength, outputLength } from '../../../model/linear-map.js';
import type { Device, DeviceOutput } from '../../../protocol/device.js';
import { prepare } from '../../trusted/linear/prepare.js';
import type { KernelMemory } from '../../trusted/memory.js';
import type { Description } from './messages.js';

/** One block of WebAssembly memory is below 1 GiB, and a call also needs room for limbs. */
export function wasmDescription(): Description {
  // Pages that are not cross-origin isolated have no memory that their threads could share.
  const sharedMemory = typeof globalThis.SharedArrayBuffer === 'function';
  return { name: 'wasm', limits: { maximumTransferBytes: 2 ** 29, concurrency: 2, sharedMemory } };
}

/** A device over one memory, which it owns from now on. Inputs are not tested: see `distantDevice` and `wasmDevice`. */
export function kernelDevice(memory: KernelMemory): Device {
  return {
    ...wasmDescription(),
    async load(map, mode) {
      const prepared = prepare(memory, map);
      if (mode === 'integers' && !prepared.integersFit) {
        prepared.map.release();
        throw new Error('the map may give integers that do not fit int32');
      }
      const [inputs, outputs] = [inputLength(map), outputLength(map)];
      let released = false;
      return {
        async apply(x, into): Promise<DeviceOutput> {
          if (released) throw new Error('this map was released');
          const count = x.length / inputs;
          const length = outputs * count;
          const y = into ?? (mode === 'integers' ? new Int32Array(length) : new Uint32Array(length));
          memory.within((frame) => {
            const from = frame.input(x);
            const to = frame.output(y);
            if (mode === 'integers') prepared.map.applyIntegers(from, count, to);
            else prepared.map.applyModulo(from, count, mode, to);
          });
          return y;
        },
        release() {
          if (released) return;
          released = true;
          prepared.map.release();
        },
      };
    },
    close: async () => memory.close(),
  };
}
