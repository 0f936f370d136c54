/** How a benchmark ends: tables or one JSON object on standard output, and a file in bench/results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { version } from '../src/formats/load/version.js';
import { machine } from './measure.js';

/** Prints the tables and, unless the run was quick, writes bench/results/<name>.json. */
export function writeReport(
  name: string,
  howToRead: readonly string[],
  tables: Readonly<Record<string, readonly object[]>>,
  { quick, json }: { readonly quick: boolean; readonly json: boolean },
): void {
  const report = {
    howToRead,
    command: `npm run bench -- ${name}`,
    date: new Date().toISOString().slice(0, 10),
    versions: { slalom: version },
    machine: machine(),
    ...tables,
  };
  if (json) console.log(JSON.stringify(report));
  else for (const rows of Object.values(tables)) console.table(rows);
  if (quick) return;
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(report, null, 2)}\n`);
}
