/** How long things take on a machine that has other things to do. */

/** A piece of work that can be repeated. */
export type Work = () => void;

/**
 * All pieces take turns so often: code is compiled better while it runs, and what disturbs one round is hardly there in every
 * other. What takes long takes part once.
 */
export const ROUNDS = 5;
const LONG_MS = 50;

/** Time for one piece in one round, and the most calls in it. */
const TURN_MS = 0.25;
const MOST_CALLS = 20;

/** Milliseconds of the fastest call in one turn. */
function turn(work: Work): number {
  const started = performance.now();
  let fastest = Infinity;
  let before = started;
  for (let calls = 0; calls < MOST_CALLS && before - started < TURN_MS; calls++) {
    work();
    const now = performance.now();
    fastest = Math.min(fastest, now - before);
    before = now;
  }
  return fastest;
}

/**
 * Milliseconds of each piece's fastest call: whatever else the machine does can only slow a call down.
 * @param onRound is told after every round
 */
export function fastestMs(pieces: readonly Work[], onRound: () => void = () => {}): number[] {
  const fastest = pieces.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, work] of pieces.entries()) {
      const known = fastest[index]!;
      if (known === Infinity || known < LONG_MS) fastest[index] = Math.min(known, turn(work));
    }
    onRound();
  }
  return fastest;
}
