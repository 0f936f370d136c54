/** The one place that owns benny: runs named cases and gives the median time of one call of each. */
import { cpus, loadavg, totalmem } from 'node:os';
import b from 'benny';

/** A case: `prepare` runs once and gives the function that is timed. */
export interface Case {
  readonly name: string;
  readonly prepare: () => () => void;
}

/** Four digits: more would be noise. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** Seconds per call, and benny's margin of error in percent. */
export interface Timing {
  readonly seconds: number;
  readonly marginPercent: number;
}

/** Times the cases one after another; `maxTime` is in seconds and per case. */
export async function measure(title: string, cases: readonly Case[], maxTime: number): Promise<Map<string, Timing>> {
  const timings = new Map<string, Timing>();
  // benny reports on standard output, which belongs to the results.
  const { log } = console;
  console.log = console.error;
  await b.suite(
    title,
    b.configure({ cases: { maxTime, minSamples: 5 } }),
    ...cases.map(({ name, prepare }) => b.add(name, prepare)),
    b.complete(({ results }) => {
      for (const { name, margin, details } of results) {
        timings.set(name, { seconds: details.median, marginPercent: margin });
      }
    }),
  );
  console.log = log;
  return timings;
}

const startLoad = loadavg()[0] ?? 0;

/** What the numbers were measured on; a load average near the number of processors means that they are too low. */
export function machine(): Record<string, string | number> {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    processors: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    loadAverageBefore: Math.round(startLoad * 10) / 10,
    node: process.version,
    v8: process.versions.v8,
  };
}
