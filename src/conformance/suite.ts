/** The conformance suite: a device is right when it passes. Exact equality with the definition; no tolerances, no skips. */

import { reasonOf } from '../boundary/printable.js';
import type { Device } from '../protocol/device.js';
import { checksOf, type Group } from './checks.js';
import type { Claim } from './claim.js';
import { Numbers } from './numbers.js';

/** One line of the result. */
export interface ConformanceRow {
  /** What was tested. */
  readonly group: string;
  /** How many answers were compared, or calls made. */
  readonly passed: number;
  /** How many of them were wrong. */
  readonly failed: number;
  /** What went wrong, in a sentence each; at most a few. */
  readonly problems: readonly string[];
}

/** What the suite found. */
export interface ConformanceReport {
  /** The device's name. */
  readonly device: string;
  /** The vectors follow from it. */
  readonly seed: number;
  /** One per group of checks. */
  readonly rows: readonly ConformanceRow[];
  /** Over all groups. */
  readonly passed: number;
  /** Over all groups; 0 means exact. */
  readonly failed: number;
}

/** How to run it. */
export interface ConformanceOptions {
  /** Other vectors for another seed; the default is fixed. */
  readonly seed?: number;
  /** How many random shapes are tried, 40 by default. */
  readonly randomShapes?: number;
  /** Called after each group. */
  readonly onRow?: (row: ConformanceRow) => void;
  /** Stops the suite between two groups. */
  readonly signal?: AbortSignal;
}

const DEFAULT_SEED = 20181013;
const SHOWN_PROBLEMS = 5;

/** Thrown by `conformance` when a device is not exact. */
export class ConformanceError extends Error {
  /** `ConformanceError`. */
  override readonly name = 'ConformanceError';
  /** What was found. */
  readonly report: ConformanceReport;
  constructor(report: ConformanceReport) {
    const first = report.rows.flatMap(({ problems }) => problems)[0] ?? 'nothing was checked';
    super(`The device "${report.device}" failed ${report.failed} of ${report.passed + report.failed} checks: ${first}`);
    this.report = report;
  }
}

async function runGroup(group: Group, device: Device, numbers: Numbers): Promise<ConformanceRow> {
  let passed = 0;
  const problems: string[] = [];
  const claim: Claim = (holds, problem) => {
    if (holds) passed++;
    else problems.push(problem());
  };
  try {
    await group.run(device, claim, numbers);
  } catch (error) {
    problems.push(`stopped: ${reasonOf(error)}`);
  }
  if (passed + problems.length === 0) problems.push('nothing was checked');
  return { group: group.name, passed, failed: problems.length, problems: problems.slice(0, SHOWN_PROBLEMS) };
}

/**
 * Runs every group of checks and reports what was found, without throwing for a wrong device.
 * @param open opens the device; it is called twice, the second device is used for closing
 */
export async function examine(
  open: () => Promise<Device>,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const seed = options.seed ?? DEFAULT_SEED;
  const rows: ConformanceRow[] = [];
  const device = await open();
  try {
    for (const group of checksOf(open, options.randomShapes ?? 40)) {
      options.signal?.throwIfAborted();
      const row = await runGroup(group, device, new Numbers(seed + rows.length));
      rows.push(row);
      options.onRow?.(row);
    }
  } finally {
    await device.close();
  }
  const sum = (count: (row: ConformanceRow) => number): number => rows.reduce((total, row) => total + count(row), 0);
  return { device: device.name, seed, rows, passed: sum((row) => row.passed), failed: sum((row) => row.failed) };
}

/**
 * The one line of a device's tests: resolves when the device is exact.
 * @example test('conformance', () => conformance(() => myDevice()));
 * @throws ConformanceError when one check failed, or nothing was checked; whatever `open` throws
 */
export async function conformance(
  open: () => Promise<Device>,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const report = await examine(open, options);
  if (report.failed > 0 || report.passed === 0) throw new ConformanceError(report);
  return report;
}
