/** Exact fractions in words; no float on the way. */
import { type Rational, soundnessBits } from '../../protocol/index.js';

/** Digits that are written out before powers of ten take over. */
const MOST_DIGITS = 15;

/** "1 in 21,990,232,555" or "1 in 8.70 * 10^16", rounded down, so that the error is never larger than it says; "0". */
export function oneIn({ numerator, denominator }: Rational): string {
  if (numerator === 0n) return '0';
  const digits = (denominator / numerator).toString();
  if (digits.length <= MOST_DIGITS) return `1 in ${Number(digits).toLocaleString('en')}`;
  return `1 in ${digits[0]}.${digits.slice(1, 3)} * 10^${digits.length - 1}`;
}

/** "2^-56", meaning at most that; "0" for no error. */
export function atMostBits(error: Rational): string {
  const bits = soundnessBits(error);
  return Number.isFinite(bits) ? `2^-${bits}` : '0';
}
