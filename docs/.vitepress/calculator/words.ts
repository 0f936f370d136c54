/** Numbers of a calculation as text. */
import type { Rational } from '../../../src/protocol/rational.js';

/** Bits of an error; no error has infinitely many. */
export function bitsText(bits: number): string {
  return Number.isFinite(bits) ? String(bits) : '∞';
}

/** The exact fraction, as long as it is. */
export function fractionText({ numerator, denominator }: Rational): string {
  return numerator === 0n ? '0' : `${numerator} / ${denominator}`;
}

/** A count with spaces between thousands. */
export function countText(count: number | bigint | null): string {
  return count === null ? '–' : count.toLocaleString('en').replaceAll(',', ' ');
}

export function bytesText(bytes: number | null): string {
  if (bytes === null) return '–';
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return step === 0 ? `${bytes} bytes` : `${(bytes / 2 ** (10 * step)).toFixed(1)} ${units[step]}`;
}

export function msText(ms: number | null): string {
  if (ms === null) return '–';
  return ms >= 100 ? `${Math.round(ms)} ms` : `${Number(ms.toPrecision(3))} ms`;
}

export function secondsText(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds >= 86_400) return `${(seconds / 86_400).toFixed(1)} days`;
  if (seconds >= 3600) return `${(seconds / 3600).toFixed(1)} hours`;
  return `${Number(seconds.toPrecision(3))} s`;
}
