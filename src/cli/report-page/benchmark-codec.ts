/** What `npm run bench` writes: a head that every benchmark has, and tables of whatever was measured. */
import * as t from 'io-ts';
import {
  type Codec,
  chosen,
  decode,
  finiteNumber,
  list,
  nonEmptyString,
  strictObject,
  wholeNumber,
} from '../../boundary/codecs.js';

/** One value of a row. */
export type BenchmarkCell = string | number | boolean | null;

/** A row: plain values; lists and records of them are flattened, lists of rows are tables of their own. */
export interface BenchmarkRow {
  readonly cells: Readonly<Record<string, BenchmarkCell>>;
  readonly tables: Readonly<Record<string, readonly BenchmarkRow[]>>;
}

/** What every benchmark says about itself. */
const head = strictObject({
  howToRead: list(nonEmptyString, 100),
  command: nonEmptyString,
  date: nonEmptyString,
  versions: t.UnknownRecord as unknown as Codec<Record<string, unknown>>,
  machine: strictObject(
    { processor: nonEmptyString, processors: wholeNumber(1, 65536), platform: nonEmptyString, node: nonEmptyString },
    { memoryGiB: finiteNumber, loadAverageBefore: finiteNumber, v8: nonEmptyString },
  ),
});

/** See `head`. */
export type BenchmarkHead = t.TypeOf<typeof head>;

/** A benchmark. */
export interface Benchmark {
  readonly head: BenchmarkHead;
  readonly versions: Readonly<Record<string, BenchmarkCell>>;
  /** What was measured, and settings: the values and tables beside the head. */
  readonly body: BenchmarkRow;
}

const cell: Codec<BenchmarkCell> = chosen<BenchmarkCell>('text, a number, true, false or null', (value) => {
  const codec: unknown =
    value === null
      ? t.null
      : typeof value === 'boolean'
        ? t.boolean
        : typeof value === 'number'
          ? finiteNumber
          : t.string;
  return codec as Codec<BenchmarkCell>;
});

/** The most rows of one table, fields of one row, and rows inside rows. */
const MOST_ROWS = 100_000;
const MOST_FIELDS = 1000;
const MOST_DEPTH = 4;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function aRow(value: unknown, what: string, depth: number): BenchmarkRow {
  if (!isRecord(value)) throw new TypeError(`${what} must be an object`);
  if (depth > MOST_DEPTH) throw new TypeError(`${what} lies too deep`);
  const cells = new Map<string, BenchmarkCell>();
  const tables = new Map<string, BenchmarkRow[]>();
  const entries = Object.entries(value);
  if (entries.length > MOST_FIELDS) throw new TypeError(`${what} has more than ${MOST_FIELDS} fields`);
  for (const [key, entry] of entries) {
    const where = `${what}.${key}`;
    if (Array.isArray(entry)) {
      if (entry.length > MOST_ROWS) throw new TypeError(`${where} has more than ${MOST_ROWS} entries`);
      if (entry.length > 0 && entry.every(isRecord)) {
        tables.set(
          key,
          entry.map((row, index) => aRow(row, `${where}[${index}]`, depth + 1)),
        );
      } else cells.set(key, entry.map((one, index) => decode(cell, one, `${where}[${index}]`)).join(', '));
    } else if (isRecord(entry)) {
      const inner = aRow(entry, where, depth + 1);
      for (const [name, content] of Object.entries(inner.cells)) cells.set(`${key}.${name}`, content);
      for (const [name, content] of Object.entries(inner.tables)) tables.set(`${key}.${name}`, [...content]);
    } else cells.set(key, decode(cell, entry, where));
  }
  return { cells: Object.fromEntries(cells), tables: Object.fromEntries(tables) };
}

/**
 * Checks a benchmark's file.
 * @throws TypeError in one sentence: which part is wrong and what was expected there
 */
export function aBenchmark(value: unknown): Benchmark {
  if (!isRecord(value)) throw new TypeError('a benchmark must be an object');
  const { howToRead, command, date, versions, machine, ...rest } = value;
  const checked = decode(head, { howToRead, command, date, versions, machine }, 'benchmark');
  const inner = aRow(checked.versions, 'benchmark.versions', 1);
  return { head: checked, versions: inner.cells, body: aRow(rest, 'benchmark', 0) };
}
