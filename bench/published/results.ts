/** What is written of every row, and where. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Limit, Measure } from './model.js';

/** Runs of the test pictures through a device that has every linear layer. */
interface Runs {
  readonly pictures: number;
  /** Of how many every output equals that in the clear, bit for bit. */
  readonly equal: number;
  readonly outsourced: number;
  /** Of one inference. */
  readonly soundnessBits: number;
}

/** A row that was measured. */
export interface Row {
  readonly name: string;
  readonly package: string;
  readonly file: string;
  readonly rival: string;
  readonly input: readonly number[];
  readonly calibrationPictures: number;
  readonly activationBits: number;
  readonly answers: readonly {
    readonly picture: string;
    readonly rival: string;
    readonly float: string;
    readonly quantized: string;
  }[];
  readonly floatMeasures: readonly Measure[];
  readonly floatLimits: readonly Limit[];
  readonly quantizedMeasures: readonly Measure[];
  readonly quantizedLimits: readonly Limit[];
  readonly networkHash: string;
  readonly linearLayers: number;
  readonly operations: number;
  readonly macs: number;
  readonly bound: number;
  readonly modulus: string;
  readonly verified: Runs;
  readonly private: Runs;
  /** When it was measured. */
  readonly date: string;
  /** Sentences; none when everything agrees as it must. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** Where the table is recorded. */
const file = new URL('../results/published.json', import.meta.url);

function recorded(): readonly Row[] {
  // Not there before the first run.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] }).rows : [];
}

/**
 * Writes what was measured over the rows of the same names; others stay as they were recorded, each with its own date.
 * @param order the names of all rows @param about what goes before them
 */
export function record(rows: readonly Row[], order: readonly string[], about: (rows: readonly Row[]) => object): void {
  const names = new Set(rows.map(({ name }) => name));
  const all = [...recorded().filter(({ name }) => !names.has(name)), ...rows]
    .filter(({ name }) => order.includes(name))
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  writeFileSync(file, `${JSON.stringify({ ...about(all), rows: all }, null, 2)}\n`);
}
