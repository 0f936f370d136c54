/**
 * How fast the trusted side is online: each kernel as a fraction of `memory.copy` in the same run, on arrays that no cache
 * holds, and then the passes of whole networks, phase by phase, with a device that takes no time.
 */
import { availableParallelism } from 'node:os';
import { wasmArithmetic } from '../src/fast/index.js';
import { zooNetwork } from '../src/network/index.js';
import { measureSession } from './end-to-end/measure-run.js';
import { NETWORKS } from './end-to-end/options.js';
import { replayDevice } from './end-to-end/replay-device.js';
import { COUNT, copyCase, type KernelCase, kernelCases } from './kernel-cases.js';
import { measure } from './measure.js';
import { writeReport } from './report.js';
import { streamCases } from './stream-cases.js';
import { threadLimits } from './thread-limits.js';
import { consumedTotal } from './values.js';

const HOW_TO_READ = [
  `kernels: one thread, ${COUNT} entries a call, so that arrays come from DRAM. Bytes are those read plus those written; ratioToCopy 1 means as many bytes a second as memory.copy moves in the same run. Medians.`,
  'phases: milliseconds per image on one thread with a device that replays recorded answers. protocolMs: sending, checking, and what is fused with it (requantization, additions, pooling); operationsMs: what is left; wallMs adds memory management and the walk over the graph. offlineMs: making one private inference’s pads. The fastest of several runs.',
  'limits: by threads, bytes read and written a second where inputs are only copied (128 MiB in, as many out), and int32 answers a second that are checked with two challenges and requantized (16 images of 4 MiB, challenges in the cache). What one thread gets and two do not get twice is shared memory bandwidth.',
  'Compare only numbers of one machine and one run.',
];

const rounded = (value: number): number => Number(value.toPrecision(3));

async function measureKernels(quick: boolean) {
  const arithmetic = await wasmArithmetic();
  const copy = await copyCase();
  const cases = [copy, ...kernelCases(arithmetic), ...(await streamCases())];
  const named = cases.map(({ name, run }) => ({ name, prepare: () => run }));
  const times = await measure('trusted kernels', named, quick ? 0.001 : 0.6);
  arithmetic.close();
  const bytesPerSecond = ({ name, bytesPerEntry }: KernelCase): number =>
    (bytesPerEntry * COUNT) / times.get(name)!.seconds;
  return cases.map((entry) => ({
    kernel: entry.name,
    ratioToCopy: rounded(bytesPerSecond(entry) / bytesPerSecond(copy)),
    gigabytesPerSecond: rounded(bytesPerSecond(entry) / 1e9),
    gigaEntriesPerSecond: rounded(COUNT / times.get(entry.name)!.seconds / 1e9),
    marginPercent: times.get(entry.name)!.marginPercent,
  }));
}

async function measurePhases(quick: boolean) {
  const size = quick ? 64 : 224;
  const effort = { size, batches: quick ? [1] : [1, 16], runs: quick ? 1 : 7, limitMs: 2500 };
  const rows = [];
  for (const name of quick ? (['mobilenet-v1'] as const) : NETWORKS) {
    const network = zooNetwork(name, { size });
    for (const mode of ['verified', 'private'] as const) {
      const device = await replayDevice();
      const session = await measureSession(network, mode, device, 1, 'all', effort);
      await device.close();
      for (const { batch, wallMs, phases, offlineMs, bytesToDevice, bytesFromDevice } of session!.measured) {
        const ms = { wallMs, protocolMs: phases.protocolMs, operationsMs: phases.operationsMs, offlineMs };
        const times = Object.fromEntries(Object.entries(ms).map(([key, value]) => [key, rounded(value)]));
        rows.push({ network: name, mode, batch, ...times, bytesToDevice, bytesFromDevice });
      }
    }
  }
  return rows;
}

/** Measures, prints, and writes bench/results/trusted.json, unless it is a quick run. */
export async function benchTrusted({ quick, json }: { quick: boolean; json: boolean }): Promise<void> {
  const kernels = await measureKernels(quick);
  const limits = await threadLimits([...new Set([1, 2, availableParallelism()])], quick);
  const phases = await measurePhases(quick);
  const tables = { kernels, limits, phases };
  writeReport('trusted', HOW_TO_READ, tables, { quick, json });
  if (!json) console.log(`all results together: ${consumedTotal()}`);
}
