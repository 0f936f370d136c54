/** The kernels that work on tiles, called as they are: there is no arithmetic around them that would be measured too. */
import { foldTerms, inputSteps } from '../src/fast/trusted/kernels/bounds.js';
import { loadKernels } from '../src/fast/trusted/kernels/load.js';
import { KernelMemory } from '../src/fast/trusted/memory.js';
import { CHECK_MODULUS, M31, P24 } from '../src/model/modulus.js';
import { COUNT, type KernelCase } from './kernel-cases.js';
import { consume, filled } from './values.js';

/** Eight-bit activations, answers up to 2^22 (and 2^30), and two challenges. */
export async function streamCases(): Promise<KernelCase[]> {
  const memory = new KernelMemory(await loadKernels());
  const { kernels } = memory;
  const pitch = COUNT * 4;
  const x = memory.take(COUNT * 2);
  const y = memory.take(COUNT * 4);
  const s = memory.take(2 * pitch);
  const packed = memory.take(2 * pitch);
  const pad = memory.take(COUNT * 4);
  const bytes = memory.take(COUNT * 4);
  const out = memory.take(COUNT * 4);
  const sums = memory.take(8);
  filled(new Int16Array(memory.buffer, x, COUNT), -128, 127);
  filled(new Int32Array(memory.buffer, y, COUNT), -(2 ** 22), 2 ** 22);
  filled(new Uint32Array(memory.buffer, s, 2 * COUNT), 0, CHECK_MODULUS - 1);
  filled(new Uint32Array(memory.buffer, pad, COUNT), 0, P24 - 1);
  filled(new Uint32Array(memory.buffer, bytes, COUNT), 0, 2 ** 32 - 1);
  kernels.packFolded(s, 2 * COUNT, packed);
  const results = new Uint32Array(memory.buffer, out, COUNT);
  const inner = new Uint32Array(memory.buffer, sums, 2);

  const folding = (name: string, bytesPerEntry: number, work: () => unknown): KernelCase => ({
    name,
    bytesPerEntry,
    run: () => {
      work();
      consume(inner[0]!);
    },
  });
  const outputs = (k: number, bits: number): KernelCase =>
    folding(`foldOutputs, ${k} challenge${k === 1 ? '' : 's'}, |y| <= 2^${bits}`, 4 + 4 * k, () =>
      kernels.foldOutputs(s, pitch, k, y, COUNT, 2 ** bits, foldTerms(2 ** bits), sums),
    );
  const inputs = (k: number, largest: number): KernelCase =>
    folding(`foldInputs, ${k} challenge${k === 1 ? '' : 's'}, |x| <= ${largest}`, 2 + 4 * k, () =>
      kernels.foldInputs(packed, pitch, k, x, COUNT, inputSteps(largest), sums),
    );
  const writing = (name: string, bytesPerEntry: number, work: () => unknown): KernelCase => ({
    name,
    bytesPerEntry,
    run: () => {
      work();
      consume(results[COUNT / 4]!);
    },
  });
  return [
    outputs(1, 22),
    outputs(2, 22),
    outputs(2, 30),
    inputs(1, 128),
    inputs(2, 128),
    inputs(2, 2 ** 15),
    writing('packFolded', 8, () => kernels.packFolded(s, COUNT, out)),
    writing('outgoing, copied', 4, () => kernels.outgoing(x, COUNT, -128, 127, 0, pad, out)),
    writing('outgoing, blinded', 10, () => kernels.outgoing(x, COUNT, -128, 127, P24, pad, out)),
    writing('acceptCandidates, P24', 7, () => kernels.acceptCandidates(bytes, COUNT, P24, out)),
    writing('acceptCandidates, M31', 8, () => kernels.acceptCandidates(bytes, COUNT, M31, out)),
  ];
}
