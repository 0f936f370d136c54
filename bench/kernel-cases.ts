/** The trusted side's elementwise kernels on arrays that do not fit a cache, and the copy they are compared with. */
import { loadKernels } from '../src/fast/trusted/kernels/load.js';
import { KernelMemory } from '../src/fast/trusted/memory.js';
import { CHECK_MODULUS, P24 } from '../src/model/modulus.js';
import type { TrustedArithmetic } from '../src/protocol/arithmetic.js';
import { consume, filled } from './values.js';

/** Entries per call: 64 MiB of int32, more than a cache holds. */
export const COUNT = 2 ** 24;

export interface KernelCase {
  readonly name: string;
  /** Read and written, per entry. */
  readonly bytesPerEntry: number;
  readonly run: () => void;
}

/** The yardstick: four bytes read and four written per entry. */
export async function copyCase(): Promise<KernelCase> {
  const memory = new KernelMemory(await loadKernels());
  const from = memory.take(COUNT * 4);
  const to = memory.take(COUNT * 4);
  filled(new Uint32Array(memory.buffer, from, COUNT), 0, 2 ** 32 - 1);
  const copied = new Uint32Array(memory.buffer, to, COUNT);
  const run = (): void => {
    memory.kernels.copy(to, from, COUNT * 4);
    consume(copied[COUNT - 1]!);
  };
  return { name: 'memory.copy', bytesPerEntry: 8, run };
}

const names = { name: '', input: 0, output: 0, minimum: -128, maximum: 127 };
// Factors of 0.707 and 0.354, with all their bits.
const multipliers = [1518500250, 759250125] as const;
const addition = { ...names, kind: 'add', inputs: [0, 0], multipliers, shift: 31 } as const;
const rescaling = { ...names, kind: 'rescale', multiplier: multipliers[0], shift: 31 } as const;
const pooling = {
  ...names,
  window: { height: 2, width: 2 },
  stride: { y: 2, x: 2 },
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
} as const;

/** Eight-bit activations, a 24-bit modulus and 64 channels, as in a common layer. */
export function kernelCases(arithmetic: TrustedArithmetic): KernelCase[] {
  const channels = 64;
  const x = filled(arithmetic.allocate('i16', COUNT), -128, 127);
  const pad = filled(arithmetic.allocate('u32', COUNT), 0, P24 - 1);
  const s = filled(arithmetic.allocate('u32', COUNT), 0, CHECK_MODULUS - 1);
  const y = filled(arithmetic.allocate('i32', COUNT), -(2 ** 22), 2 ** 22);
  const bias = filled(arithmetic.allocate('i32', channels), -1000, 1000);
  const multipliers = filled(arithmetic.allocate('i32', channels), 2 ** 20, 2 ** 30);
  const requantization = { multipliers, shift: 45, minimum: -128, maximum: 127 };
  const shape = { height: COUNT / channels / 512, width: 512, channels };
  const second = filled(arithmetic.allocate('i16', COUNT), -128, 127);
  const u32 = arithmetic.allocate('u32', COUNT);
  const i32 = arithmetic.allocate('i32', COUNT);
  const i16 = arithmetic.allocate('i16', COUNT);
  const quarter = i16.subarray(0, COUNT / 4);

  const writing = (name: string, bytesPerEntry: number, out: ArrayLike<number>, work: () => unknown): KernelCase => ({
    name,
    bytesPerEntry,
    run: () => {
      work();
      consume(out[out.length - 1]!);
    },
  });
  const reading = (name: string, bytesPerEntry: number, work: () => number | boolean): KernelCase => ({
    name,
    bytesPerEntry,
    run: () => consume(Number(work())),
  });
  return [
    writing('blind', 10, u32, () => arithmetic.blind(x, pad, P24, u32)),
    writing('unblind', 12, i32, () => arithmetic.unblind(u32, pad, P24, 2 ** 22, i32)),
    reading('isCanonical', 4, () => arithmetic.isCanonical(pad, P24)),
    reading('isWithin', 4, () => arithmetic.isWithin(y, 2 ** 22)),
    reading('foldOutput, |y| <= 2^22', 8, () => arithmetic.foldOutput(s, y, 2 ** 22)),
    reading('foldOutput, |y| <= 2^30', 8, () => arithmetic.foldOutput(s, y, 2 ** 30)),
    reading('foldInput', 6, () => arithmetic.foldInput(s, x)),
    writing('requantize', 6, i16, () => arithmetic.requantize(y, bias, requantization, i16)),
    writing('addBias', 8, i32, () => arithmetic.addBias(y, bias, i32)),
    writing('add', 6, i16, () => arithmetic.add(x, second, addition, i16)),
    writing('rescale', 4, i16, () => arithmetic.rescale(x, rescaling, i16)),
    writing('maxPool 2x2', 2.5, quarter, () => arithmetic.pool(x, shape, { ...pooling, kind: 'maxPool' }, quarter)),
    writing('averagePool 2x2', 2.5, quarter, () =>
      arithmetic.pool(x, shape, { ...pooling, kind: 'averagePool' }, quarter),
    ),
  ];
}
