/** Bars for the end-to-end benchmark: time per image of each mode, beside its rivals. */
import { milliseconds } from '../table.js';
import { bar, type Kind, key } from './bars.js';
import type { BenchmarkCell, BenchmarkRow } from './benchmark-codec.js';
import { html, type Markup } from './html.js';

/** A row of that benchmark, as far as it is drawn. */
interface Row {
  readonly network: string;
  readonly mode: string;
  readonly plan: string;
  readonly threads: number;
  readonly batch: number;
  readonly wallMs: number;
  readonly ortFp32Ms: number | null;
  readonly ortInt8Ms: number | null;
}

const isNumber = (value: BenchmarkCell | undefined): value is number => typeof value === 'number';
const isText = (value: BenchmarkCell | undefined): value is string => typeof value === 'string';

function drawn({ cells }: BenchmarkRow): Row | null {
  const { network, mode, plan, threads, batch, wallMs, ortFp32Ms = null, ortInt8Ms = null } = cells;
  if (!isText(network) || !isText(mode) || !isText(plan)) return null;
  if (!isNumber(threads) || !isNumber(batch) || !isNumber(wallMs) || wallMs < 0) return null;
  const rival = (value: BenchmarkCell): number | null => (isNumber(value) && value >= 0 ? value : null);
  return { network, mode, plan, threads, batch, wallMs, ortFp32Ms: rival(ortFp32Ms), ortInt8Ms: rival(ortInt8Ms) };
}

/** True if every row can be drawn. */
export function isEndToEnd(rows: readonly BenchmarkRow[]): boolean {
  return rows.length > 0 && rows.every((row) => drawn(row) !== null);
}

const modes: Readonly<Record<string, readonly [Kind, string]>> = {
  tee: ['inside', 'wholly on the trusted side'],
  verified: ['trusted', 'verified'],
  private: ['trusted', 'verified and private'],
};

/** For each network, threads and batch: what each mode takes per image, and what onnxruntime-node takes. */
export function endToEndPart(rows: readonly BenchmarkRow[]): Markup {
  const all = rows.map(drawn).filter((row): row is Row => row !== null);
  const networks = [...new Set(all.map(({ network }) => network))];
  const charts = networks.map((network) => {
    const own = all.filter((row) => row.network === network);
    const groups = [...new Set(own.map(({ threads, batch }) => `${threads},${batch}`))];
    return html`<h3>${network}, milliseconds per image</h3>${groups.map((group) => groupChart(own.filter(({ threads, batch }) => `${threads},${batch}` === group)))}`;
  });
  return html`${key([
    ['trusted', 'Slalom'],
    ['inside', 'wholly on the trusted side'],
    ['other', 'onnxruntime-node, nothing protected'],
  ])}${charts}`;
}

function groupChart(rows: readonly Row[]): Markup {
  const { threads, batch, ortFp32Ms, ortInt8Ms } = rows[0]!;
  const bars: [string, number, Kind][] = rows.map(({ mode, plan, wallMs }) => {
    const [kind, name] = modes[mode] ?? ['other', mode];
    return [plan === 'none' ? name : `${name}, plan ${plan}`, wallMs, kind];
  });
  if (ortFp32Ms !== null) bars.push(['onnxruntime-node fp32', ortFp32Ms, 'other']);
  if (ortInt8Ms !== null) bars.push(['onnxruntime-node int8', ortInt8Ms, 'other']);
  const full = Math.max(...bars.map(([, ms]) => ms));
  const lines = bars.map(
    ([name, ms, kind]) =>
      html`<li><span class="name">${name}</span>${bar([{ kind, from: 0, length: ms }], full, `${name}: ${milliseconds(ms)}`)}<span class="number">${milliseconds(ms)}</span></li>\n`,
  );
  return html`<p class="soft">${threads} ${threads === 1 ? 'thread' : 'threads'}, ${batch} ${batch === 1 ? 'image' : 'images'} at a time</p><ul class="layers bars">${lines}</ul>`;
}
