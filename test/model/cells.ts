/** The cells of the table of states in slalom.md 4.6: those that are written there, and those that a trace performs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/slalom.js';
import type { Event } from './rig.js';
import type { Trace } from './traces.js';

/** The table's word for an event of the model; null for what has no row: opening, crashing, the first part of preparing. */
function row({ call, count }: Event): string | null {
  if (call === 'answer') return count === 0 ? 'a right answer' : 'a wrong answer';
  const rows: Record<string, string> = { startPreparing: 'prepare', ask: 'a layer', fail: 'a failure, no answer' };
  if (call in rows) return rows[call]!;
  return ['begin', 'end', 'abort', 'close'].includes(call) ? call : null;
}

/** Every "event / column" of the table. */
export function cellsOfTable(): string[] {
  const text = readFileSync(join(root, 'spec', 'slalom.md'), 'utf8');
  const start = text.indexOf('| event | in ready, running |');
  if (start < 0) throw new Error('slalom.md has no table of states');
  const [header, , ...rows] = text.slice(start, text.indexOf('\n\n', start)).split('\n');
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, ...columns] = cells(header!);
  return rows.flatMap((line) => columns.map((column) => `${cells(line)[0]} / ${column}`));
}

/** The cells that a trace performs: by the state in which the event found the session. */
export function cellsOf({ states }: Trace): string[] {
  return states.slice(1).flatMap(({ last }, index) => {
    const name = row(last as unknown as Event);
    const before = states[index]!.state as string;
    if (name === null || before === 'none') return [];
    return [`${name} / in ${before === 'ready' || before === 'running' ? 'ready, running' : before}`];
  });
}
