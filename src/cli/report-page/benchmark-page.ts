/** The report of a benchmark. */
import { soundness } from '../../protocol/index.js';
import { atMostBits, oneIn } from '../soundness/fractions.js';
import { bytes } from '../table.js';
import type { Benchmark, BenchmarkCell, BenchmarkRow } from './benchmark-codec.js';
import { endToEndPart, isEndToEnd } from './end-to-end-part.js';
import { html, type Markup } from './html.js';
import { type Cell, definitions, page, section, table } from './page.js';

/** Tables with more rows start folded. */
const FOLDED_ROWS = 12;

function shown(name: string, value: BenchmarkCell | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'number') return String(value);
  if (/bytes/i.test(name) && Number.isSafeInteger(value)) return bytes(value);
  return Number.isSafeInteger(value) ? value.toLocaleString('en') : value.toPrecision(4).replace(/e\+?/, 'e');
}

/** All fields that some row has, in the order in which they appear; fields that no row fills are left out. */
function columns(rows: readonly BenchmarkRow[]): string[] {
  const names = new Set(rows.flatMap(({ cells }) => Object.keys(cells)));
  return [...names].filter((name) => rows.some(({ cells }) => (cells[name] ?? '') !== ''));
}

function rowsPart(rows: readonly BenchmarkRow[]): Markup {
  const names = columns(rows);
  const body = rows.map(({ cells }): Cell[] => names.map((name) => shown(name, cells[name])));
  const inner = rows.flatMap(({ cells, tables }, index) =>
    Object.entries(tables).map(([name, nested]) => {
      const whose = names
        .slice(0, 2)
        .map((column) => shown(column, cells[column]))
        .join(', ');
      return html`<details><summary>${name} of ${whose === '' ? `row ${index}` : whose}</summary>${rowsPart(nested)}</details>`;
    }),
  );
  const all = html`${table(names, body)}${inner}`;
  return rows.length <= FOLDED_ROWS ? all : html`<details><summary>all ${rows.length} rows</summary>${all}</details>`;
}

/** The errors behind the bits of the rows: exact, from their layers, and the k that gives those bits. */
function soundnessOfRows(rows: readonly BenchmarkRow[]): Markup | null {
  const found = new Map<string, Cell[]>();
  for (const { cells } of rows) {
    const { outsourced, soundnessBits: bits } = cells;
    if (
      typeof outsourced !== 'number' ||
      typeof bits !== 'number' ||
      !Number.isSafeInteger(outsourced) ||
      outsourced < 1
    )
      continue;
    for (let repetitions = 1; repetitions <= 16; repetitions++) {
      const asked = { layers: outsourced, repetitions, inferences: 1 };
      const { inferenceBits, perCheck, perInference, binding } = soundness(asked);
      // Files that are older than the bound of one lie state the union over layers; the k behind it is the same.
      const unionBits = soundness({ ...asked, onReject: 'continue' }).inferenceBits;
      if (inferenceBits !== bits && unionBits !== bits) continue;
      found.set(`${outsourced}`, [
        outsourced,
        repetitions,
        atMostBits(perCheck),
        atMostBits(perInference),
        oneIn(perInference),
        binding.label,
      ]);
    }
  }
  if (found.size === 0) return null;
  const sorted = [...found.values()].sort((a, b) => Number(a[0]) - Number(b[0]));
  const header = ['checked layers', 'k', 'per check', 'per inference', 'that is', 'the term that binds'];
  return html`${table(header, sorted)}<p class="soft">Calculated from the k that gives the layers and bits that the rows state: the bits of one lie, or in older files of a union over layers.</p>`;
}

/** The page. */
export function benchmarkPage(benchmark: Benchmark): string {
  const { head, versions, body } = benchmark;
  const { machine } = head;
  const settings = Object.entries(body.cells).map(([name, value]) => [name, shown(name, value)] as const);
  const about = definitions([
    ['command', html`<code>${head.command}</code>`],
    ['date', head.date],
    ['processor', `${machine.processor}, ${machine.processors} in use`],
    ...(machine.memoryGiB === undefined ? [] : [['memory', `${machine.memoryGiB} GiB`] as const]),
    ...(machine.loadAverageBefore === undefined ? [] : [['load before', String(machine.loadAverageBefore)] as const]),
    ['platform', `${machine.platform}, Node ${machine.node}`],
    ...Object.entries(versions).map(([name, value]) => [`version of ${name}`, String(value)] as const),
    ...settings,
    ['networks', 'their hashes are not recorded in a benchmark'],
  ]);
  const parts = Object.entries(body.tables).map(([name, rows]) => {
    const chart = isEndToEnd(rows) ? endToEndPart(rows) : null;
    const errors = soundnessOfRows(rows);
    return [
      section(name, html`${chart}${rowsPart(rows)}`),
      errors === null ? html`` : section(`Soundness of ${name}`, errors),
    ];
  });
  return page('Slalom benchmark', head.command, [
    section('Measured with', about),
    ...parts.flat(),
    section('How to read it', html`${head.howToRead.map((sentence) => html`<p>${sentence}</p>`)}`),
  ]);
}
