/** `slalom devices`: what this machine has to compute on. */
import { deviceNames, inspectDevice } from './devices.js';
import type { Reporter } from './progress.js';
import { bytes, milliseconds, table } from './table.js';

/** Returns a table, or with `json` a list, of every device and its state. */
export async function devicesCommand(json: boolean, report: Reporter, signal: AbortSignal): Promise<string> {
  const reports = [];
  for (const name of deviceNames) {
    signal.throwIfAborted();
    report.say(`looking for ${name} ...`);
    reports.push(await inspectDevice(name));
  }
  if (json) return JSON.stringify(reports);
  const rows = reports.map(({ name, state, about, openMs, maximumTransferBytes }) => [
    name,
    state,
    openMs === null ? '' : milliseconds(openMs),
    maximumTransferBytes === null ? '' : bytes(maximumTransferBytes),
    shortened(about),
  ]);
  return [
    table(['device', 'state', 'opened and self-tested in', 'most bytes a call', 'about'], rows),
    '',
    'ready: exact on the worst-case vectors; absent: not on this machine; refused: there, but not usable.',
  ].join('\n');
}

/** One line of a table; the whole text is in the JSON and in the error of a command that asks for the device. */
function shortened(text: string): string {
  const line = text.split('\n')[0]!;
  return line.length <= 160 ? line : `${line.slice(0, 157)}...`;
}
