/** `slalom conformance`: tests a device, one of ours or one that somebody brings. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode, wholeNumber } from '../boundary/codecs.js';
import { type ConformanceReport, type ConformanceRow, examine } from '../conformance/index.js';
import type { Device } from '../protocol/index.js';
import { deviceNames, openDevice } from './devices.js';
import { FailedReport, UsageError } from './exit.js';
import type { Reporter } from './progress.js';
import { table } from './table.js';

/** The command line, as text. */
export interface ConformanceCommandOptions {
  readonly device: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** Runs the suite and returns its table; throws `FailedReport` with the same table when a check failed. */
export async function conformanceCommand(
  options: ConformanceCommandOptions,
  report: Reporter,
  signal: AbortSignal,
): Promise<string> {
  const seed = aSeed(options.seed);
  const open = await factory(options.device);
  const result = await examine(open, {
    seed,
    signal,
    onRow: ({ group, passed, failed }) =>
      report.say(`${group}: ${passed} passed${failed > 0 ? `, ${failed} FAILED` : ''}`),
  });
  const text = options.json ? JSON.stringify(result) : asText(result);
  if (result.failed > 0 || result.passed === 0)
    throw new FailedReport(`The device "${result.device}" is not exact: ${result.failed} failed.`, text);
  return text;
}

function aSeed(text: string): number {
  try {
    return decode(wholeNumber(0, 2 ** 32 - 1), /^\d+$/.test(text) ? Number(text) : Number.NaN, '--seed');
  } catch {
    throw new UsageError(`--seed takes a whole number below 2^32, not "${text}".`);
  }
}

/** A device of ours by name, or the default export of a file: a function that resolves to a device. */
async function factory(nameOrFile: string): Promise<() => Promise<Device>> {
  if (deviceNames.includes(nameOrFile)) return () => openDevice(nameOrFile);
  if (!existsSync(nameOrFile)) {
    throw new UsageError(
      `--device ${nameOrFile}: neither a device (${deviceNames.join(', ')}) nor a file that exists.`,
    );
  }
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(resolve(nameOrFile)).href)) as { default?: unknown };
  } catch (error) {
    throw new UsageError(`--device ${nameOrFile} cannot be loaded as a JavaScript module: ${firstLine(error)}`);
  }
  const make = loaded.default;
  if (typeof make !== 'function') {
    throw new UsageError(
      `--device ${nameOrFile}: the file must export as default a function that resolves to a device.`,
    );
  }
  return async () => aDevice(await (make as () => unknown)(), nameOrFile);
}

function aDevice(value: unknown, file: string): Device {
  const device = value as Partial<Device> | null | undefined;
  const whole =
    typeof device?.load === 'function' && typeof device.close === 'function' && typeof device.name === 'string';
  if (!whole) throw new UsageError(`--device ${file}: what the function gives has no name, load and close.`);
  return device as Device;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

function asText(result: ConformanceReport): string {
  const rows = result.rows.map(({ group, passed, failed }) => [group, String(passed), String(failed)]);
  const problems = result.rows.flatMap((row: ConformanceRow) =>
    row.problems.map((problem) => `* ${row.group}: ${problem}`),
  );
  return [
    `conformance of "${result.device}", vectors from seed ${result.seed}`,
    '',
    table(['what was checked', 'passed', 'failed'], rows),
    ...(problems.length > 0 ? ['', ...problems] : []),
    '',
    `${result.passed} passed, ${result.failed} failed`,
  ].join('\n');
}
