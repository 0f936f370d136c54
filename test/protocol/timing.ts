/** Do two classes of inputs take different time? Welch's t-test over interleaved measurements (Reparaz et al., 2017). */

/** One class: writes its next input where `work` reads it. Not timed. */
export type Prepare = () => void;

/** Pseudo-random numbers for the order of measurements; nothing secret. */
function lottery(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function moments(values: readonly number[]): { count: number; mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count: values.length, mean, variance: squares / (values.length - 1) };
}

/** Welch's t of two samples: how many standard errors their means are apart. */
export function welch(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [moments(a), moments(b)];
  const error = Math.sqrt(x.variance / x.count + y.variance / y.count);
  return error === 0 ? 0 : (x.mean - y.mean) / error;
}

/**
 * t of the time that `work` takes after one or the other preparation. Which comes next is drawn, so that drift of the machine
 * falls on both; measurements above the `crop` quantile of all of them are left out, since interruptions are not the code's.
 */
export function compare(classes: readonly [Prepare, Prepare], work: () => void, count: number, crop = 0.8): number {
  const draw = lottery(count + 1);
  const times: [number[], number[]] = [[], []];
  for (let warm = 0; warm < 200; warm++) {
    classes[warm % 2]!();
    work();
  }
  for (let measured = 0; measured < count; measured++) {
    const which = draw() < 0.5 ? 0 : 1;
    classes[which]();
    const started = process.hrtime.bigint();
    work();
    times[which].push(Number(process.hrtime.bigint() - started));
  }
  const limit = [...times[0], ...times[1]].sort((a, b) => a - b)[Math.floor(count * crop)]!;
  const [a, b] = times.map((values) => values.filter((value) => value <= limit)) as [number[], number[]];
  return welch(a, b);
}
