/**
 * How fast the trusted side is: each elementwise kernel against `memory.copy` of the same run, and the linear engine in
 * multiply-accumulates per second. `node --import tsx bench/kernels.ts` after `npm run build`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { wasmArithmetic } from '../src/fast/index.js';
import { macCount } from '../src/reference/linear-map.js';
import { engineCases, JOBS, layers } from './engine-cases.js';
import { COUNT, copyCase, type KernelCase, kernelCases } from './kernel-cases.js';
import { machine, measure } from './measure.js';
import { streamCases } from './stream-cases.js';
import { consumedTotal } from './values.js';

const rounded = (value: number): number => Number(value.toPrecision(3));
const arithmetic = await wasmArithmetic();

const copy = await copyCase();
const cases = [copy, ...kernelCases(arithmetic), ...(await streamCases())];
const kernelTimes = await measure(
  'trusted kernels',
  cases.map(({ name, run }) => ({ name, prepare: () => run })),
  0.5,
);
const bytesPerSecond = ({ name, bytesPerEntry }: KernelCase): number =>
  (bytesPerEntry * COUNT) / kernelTimes.get(name)!.seconds;
const kernels = cases.map((entry) => ({
  kernel: entry.name,
  gigabytesPerSecond: rounded(bytesPerSecond(entry) / 1e9),
  ratioToCopy: rounded(bytesPerSecond(entry) / bytesPerSecond(copy)),
  gigaEntriesPerSecond: rounded(COUNT / kernelTimes.get(entry.name)!.seconds / 1e9),
  marginPercent: kernelTimes.get(entry.name)!.marginPercent,
}));

const engineTimes = await measure(
  'linear engine',
  Object.entries(layers).flatMap(([layer, map]) => engineCases(arithmetic, layer, map)),
  0.3,
);
const engine = Object.entries(layers).map(([layer, map]) => {
  const gigaMacs = (job: string): number => rounded(macCount(map) / engineTimes.get(`${layer} ${job}`)!.seconds / 1e9);
  return { layer, macs: macCount(map), ...Object.fromEntries(JOBS.map((job) => [job, gigaMacs(job)])) };
});
arithmetic.close();

console.table(kernels);
console.table(engine);
console.log(`all results together: ${consumedTotal()}`);

const howToRead = [
  `kernels: one thread, ${COUNT} entries a call. Bytes are those read plus those written; ratioToCopy 1 means as many bytes a second as memory.copy moves in the same run.`,
  'engine: 10^9 multiply-accumulates a second, one thread, 8-bit weights. P24 and M31: L(x) modulo p; integers: L(x); transpose: folding one challenge. Padding counts as work.',
  'Medians. Compare only numbers of one machine.',
];
const date = new Date().toISOString().slice(0, 10);
const folder = new URL('./results/', import.meta.url);
mkdirSync(folder, { recursive: true });
const report = { howToRead, machine: machine(), date, kernels, engine };
writeFileSync(new URL('kernels.json', folder), `${JSON.stringify(report, null, 2)}\n`);
