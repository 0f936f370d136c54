/** From measurements to rows: one network, mode, number of threads and batch size each, beside the rivals of the same run. */
import type { Device } from '../../src/protocol/index.js';
import type { QuantizedNetwork } from '../../src/reference/index.js';
import { rounded } from '../measure.js';
import { type Format, openRival } from '../rivals/onnxruntime.js';
import { measureSession } from './measure-run.js';
import type { EndToEndOptions, Mode } from './options.js';

/** Per image, unless it says otherwise. A speed-up is the rival's time by this row's; null with a reason without a rival. */
export interface Row {
  readonly network: string;
  readonly mode: Mode;
  /** replay: recorded answers, no device at all; none: nothing is outsourced. */
  readonly device: string;
  readonly plan: 'all' | 'auto' | 'none';
  readonly threads: number;
  readonly batch: number;
  readonly layers: number;
  readonly outsourced: number;
  readonly soundnessBits: number | null;
  readonly wallMs: number;
  readonly medianWallMs: number;
  readonly trustedMs: number;
  readonly phases: { readonly protocolMs: number; readonly operationsMs: number; readonly insideMs: number };
  readonly offlineMs: number;
  /** Once per session. */
  readonly openOfflineMs: number;
  readonly deviceMs: number;
  readonly imagesPerSecond: number;
  readonly bytesToDevice: number;
  readonly bytesFromDevice: number;
  readonly residentBytes: number;
  readonly ortFp32Ms: number | null;
  readonly ortInt8Ms: number | null;
  readonly teeMs: number | null;
  readonly overOrtFp32: number | null;
  readonly overOrtInt8: number | null;
  readonly overTee: number | null;
  /** Why a speed-up is null. */
  readonly reasons: readonly string[];
}

interface RivalTimes {
  readonly ms: ReadonlyMap<number, number>;
  readonly reason: string | null;
}

/** The fastest run per batch size, as for our own rows. */
async function rivalTimes(
  network: QuantizedNetwork,
  format: Format,
  threads: number,
  options: EndToEndOptions,
): Promise<RivalTimes> {
  if (!options.rivals) return { ms: new Map(), reason: 'rivals were not asked for' };
  const rival = await openRival(network, format, threads);
  if ('reason' in rival) return { ms: new Map(), reason: rival.reason };
  const ms = new Map<number, number>();
  const effort = { runs: options.runs, limitMs: options.limitMs };
  for (const batch of options.batches) ms.set(batch, (await rival.msPerImage(batch, effort)).minimum);
  await rival.close();
  return { ms, reason: null };
}

const over = (rival: number | null, own: number): number | null => (rival === null ? null : rounded(rival / own));

/** All rows of one network on one number of threads. Rivals are measured right before, so that they meet the same machine. */
export async function rowsOf(
  name: string,
  network: QuantizedNetwork,
  device: Device,
  threads: number,
  options: EndToEndOptions,
  progress: (text: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  progress(`${name}, ${threads} threads: onnxruntime-node`);
  const fp32 = await rivalTimes(network, 'fp32', threads, options);
  const int8 = await rivalTimes(network, 'int8', threads, options);
  const tee = new Map<number, number>();
  // The in-TEE baseline comes first, because the others are held against it.
  const modes = [...options.modes].sort((a, b) => Number(b === 'tee') - Number(a === 'tee'));
  for (const mode of modes) {
    for (const plan of mode === 'tee' ? (['all'] as const) : options.plans) {
      progress(`${name}, ${threads} threads: ${mode}${mode === 'tee' ? '' : `, plan ${plan}`}`);
      const opened = await measureSession(network, mode, device, threads, plan, options);
      if (opened === null) continue;
      const { measured, ...session } = opened;
      for (const { batch, runs: _, ...times } of measured) {
        const { wallMs } = times;
        if (mode === 'tee') tee.set(batch, wallMs);
        const [ortFp32Ms, ortInt8Ms] = [fp32.ms.get(batch) ?? null, int8.ms.get(batch) ?? null];
        const teeMs = tee.get(batch) ?? null;
        const reasons = [
          ...(fp32.reason === null ? [] : [`fp32: ${fp32.reason}`]),
          ...(int8.reason === null ? [] : [`int8: ${int8.reason}`]),
          ...(teeMs === null ? ['tee: this mode was not asked for'] : []),
        ];
        rows.push({
          network: name,
          mode,
          device: mode === 'tee' ? 'none' : device.name,
          plan: mode === 'tee' ? 'none' : plan,
          threads,
          batch,
          ...session,
          ...(Object.fromEntries(
            Object.entries(times).map(([key, value]) => [
              key,
              typeof value === 'number' ? rounded(value) : mapped(value),
            ]),
          ) as typeof times),
          openOfflineMs: rounded(session.openOfflineMs),
          imagesPerSecond: rounded(1000 / wallMs),
          ortFp32Ms: ortFp32Ms === null ? null : rounded(ortFp32Ms),
          ortInt8Ms: ortInt8Ms === null ? null : rounded(ortInt8Ms),
          teeMs: teeMs === null ? null : rounded(teeMs),
          overOrtFp32: over(ortFp32Ms, wallMs),
          overOrtInt8: over(ortInt8Ms, wallMs),
          overTee: over(teeMs, wallMs),
          reasons,
        });
      }
    }
  }
  return rows;
}

function mapped<T extends Readonly<Record<string, number>>>(numbers: T): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, rounded(value)]));
}
