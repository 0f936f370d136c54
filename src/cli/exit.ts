/** How every command ends: one plain sentence and an exit code, never a stack trace. */

import { ImageError, ModelError } from '../model/errors.js';
import {
  DeviceError,
  DeviceUnavailableError,
  IntegrityError,
  RandomnessError,
  SessionError,
} from '../protocol/index.js';

/** Exit codes, as documented in the README. */
export const exitCodes = { ok: 0, failure: 1, badInput: 2, integrity: 3, interrupted: 130 } as const;

/** Bad usage: an option that does not exist or does not make sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something was found wanting, by default a wrong device: the report of it belongs on standard output all the same. */
export class FailedReport extends Error {
  override readonly name = 'FailedReport';
  constructor(
    message: string,
    readonly report: string,
    readonly code: number = exitCodes.integrity,
  ) {
    super(message);
  }
}

/** The code a command ends with after `error`. */
export function exitCode(error: unknown): number {
  if (error instanceof FailedReport) return error.code;
  if (error instanceof IntegrityError) return exitCodes.integrity;
  if (isInterrupt(error)) return exitCodes.interrupted;
  if (error instanceof DeviceUnavailableError) return exitCodes.badInput;
  if (error instanceof UsageError || error instanceof ModelError || error instanceof ImageError)
    return exitCodes.badInput;
  return exitCodes.failure;
}

/** Text that may come from a device or a file: nothing in it steers a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 2000);
}

/** One sentence for a person. */
export function explain(error: unknown): string {
  if (isInterrupt(error)) return 'Interrupted.';
  if (!(error instanceof Error)) return `Something unexpected happened: ${printable(String(error))}.`;
  const known = [
    IntegrityError,
    FailedReport,
    UsageError,
    ModelError,
    ImageError,
    DeviceError,
    RandomnessError,
    SessionError,
  ].some((kind) => error instanceof kind);
  const sentence = printable(error.message.split('\n')[0]!);
  return known ? sentence : `Something unexpected happened, please report it: ${printable(error.name)}: ${sentence}`;
}

function isInterrupt(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
