/** The error function, which JavaScript does not have. */

/** Beyond this erf is 1 in double precision. */
const LARGEST = 6;
/** From here on the continued fraction converges faster than the series. */
const SWITCH = 2.5;

/** 2 / sqrt(pi) * sum of (-1)^n x^(2n + 1) / (n! (2n + 1)). */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...))), which is 1 - erf(x). */
function complement(x: number): number {
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x; right to about 1e-14. */
export function errorFunction(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < SWITCH) return series(x);
  return Math.sign(x) * (size > LARGEST ? 1 : 1 - complement(size));
}
