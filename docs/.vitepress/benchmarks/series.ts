/** Rows of the recorded measurements as the charts and tables take them. */
import type { EndToEndRow, Origin } from './results.js';

const names: Readonly<Record<string, string>> = {
  vgg16: 'VGG16',
  'mobilenet-v1': 'MobileNetV1',
  'mobilenet-v2': 'MobileNetV2',
  'resnet-152': 'ResNet-152',
};

export function nameOf(network: string): string {
  return names[network] ?? network;
}

/** Three significant figures, as recorded numbers deserve. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export interface SpeedUp {
  readonly network: string;
  readonly label: string;
  readonly rival: 'fp32' | 'int8' | 'inside';
  readonly times: number;
}

/** For each network, mode and number of threads the fastest plan at a batch, over each rival. */
export function speedUps(rows: readonly EndToEndRow[], batch: number): SpeedUp[] {
  const best = new Map<string, EndToEndRow>();
  for (const row of rows) {
    if (row.mode === 'tee' || row.batch !== batch) continue;
    const key = `${row.network}/${row.mode}/${row.threads}`;
    const other = best.get(key);
    if (other === undefined || row.wallMs < other.wallMs) best.set(key, row);
  }
  return [...best.values()].flatMap((row): SpeedUp[] => {
    const label = `${row.mode}, ${row.threads} thread${row.threads === 1 ? '' : 's'}`;
    const rivals = { fp32: row.ortFp32Ms, int8: row.ortInt8Ms, inside: row.teeMs };
    return Object.entries(rivals).flatMap(([rival, ms]) =>
      ms === null
        ? []
        : [{ network: nameOf(row.network), label, rival: rival as SpeedUp['rival'], times: rounded(ms / row.wallMs) }],
    );
  });
}

/** Where the numbers come from, in one sentence. */
export function originOf({ machine, date, command }: Origin): string {
  return `${command}, ${date}, ${machine.processor} with ${machine.processors} processors and ${machine.memoryGiB} GiB, Node ${machine.node}, load average ${machine.loadAverageBefore} before.`;
}
