/** The file on verdicts: one layer, one answer, accept or reject. */
import { inputLength, outputChannels, outputLength } from '../../../src/reference/index.js';
import type { MapVector } from '../shapes/linear.js';
import type { AnswerVector, VerdictFile } from '../shapes/protocol.js';
import { type Cheat, plainCheats, privateCheats } from './answers.js';
import { boundOf } from './linear-defects.js';
import { convolution, dense, mapOf } from './maps.js';
import { Numbers } from './numbers.js';
import {
  type ChallengeVector,
  drawChallenge,
  drawPad,
  honestAnswer,
  messageOf,
  modulusFor,
  verdictOf,
} from './protocol.js';
import { Tests } from './tests.js';

type Group = VerdictFile['groups'][number];

function groupOf(tests: Tests, name: string, vector: MapVector, secret: boolean): Group {
  const map = mapOf(vector);
  const numbers = new Numbers(`verdict ${name} ${secret}`);
  const p = secret ? modulusFor([map]) : null;
  const bytes = numbers.bytes();
  const challenges = [drawChallenge(map, bytes), drawChallenge(map, bytes)];
  const pad = p === null ? null : drawPad(map, bytes, p);
  const x = numbers.list(inputLength(map), map.inputRange.minimum, map.inputRange.maximum);
  const message = messageOf(x, pad, p);
  const truth = honestAnswer(map, message, p);
  const other = honestAnswer({ ...map, weights: map.weights.map((weight) => weight ^ 1) }, message, p);
  const values = truth.values as number[];
  const [channels, others] = [outputChannels(map), other.values as number[]];
  const judge = (answer: AnswerVector) => verdictOf(map, x, pad, challenges, answer, p);
  const cheats = p === null ? plainCheats(values, channels, others) : privateCheats(values, channels, others, p);
  return {
    p,
    map: vector,
    bound: boundOf(vector),
    x,
    pad,
    challenges,
    message,
    comment: `${name}, ${p === null ? 'in the clear' : `blinded modulo ${p}`}`,
    tests: [
      tests.valid('the true answer', { answer: truth, y: judge(truth).y }),
      // Where numbers are small, cutting them changes nothing.
      ...cheats.filter((cheat) => !same(cheat[2], truth)).map((cheat) => rejected(tests, cheat, judge)),
    ],
  };
}

const same = (a: AnswerVector, b: AnswerVector): boolean => JSON.stringify(a) === JSON.stringify(b);

function rejected(
  tests: Tests,
  [bugType, comment, answer]: Cheat,
  judge: (answer: AnswerVector) => ReturnType<typeof verdictOf>,
) {
  const { y, accepted } = judge(answer);
  if (accepted) throw new Error(`${bugType} (${comment}) is accepted`);
  return tests.reject(bugType, comment, { answer, y }, [y === null ? 'decoding' : 'check']);
}

/** Chosen challenges: each of two answers escapes one of them and is caught by the other, or by the range alone. */
function orthogonalGroup(tests: Tests): Group {
  const vector = dense(2, 3, [3, -5, 7, 11, -13, 17]);
  const map = mapOf(vector);
  const q = 2 ** 31 - 1;
  const folded = (s: number[]): number[] =>
    s.length > 0
      ? [0, 1].map((input) =>
          s.reduce((sum, value, output) => (sum + value * ((vector.weights[2 * output + input]! + q) % q)) % q, 0),
        )
      : [];
  const challenges: ChallengeVector[] = [
    [1, 1, 0],
    [0, 1, 1],
  ].map((s) => ({ s, folded: folded(s) }));
  const x = [100, -128];
  const truth = honestAnswer(map, x, null);
  const y = truth.values as number[];
  const judge = (answer: AnswerVector) => verdictOf(map, x, null, challenges, answer, null);
  const changed = (by: number[]): AnswerVector => ({
    type: 'Int32Array',
    values: y.map((value, index) => value + by[index]!),
  });
  const cheats: Cheat[] = [
    ['bad_first_challenge_only', 'the first challenge does not see it, the second does', changed([1, -1, 0])],
    ['bad_last_challenge_only', 'the last challenge does not see it, the first does', changed([0, 1, -1])],
    ['bad_out_of_range', 'no challenge sees it, only the range does', changed([8000, -8000, 8000])],
    ['bad_wrap_by_q', 'no challenge ever sees it, only the range does', changed([0, y[1]! > 0 ? -q : q, 0])],
  ];
  return {
    p: null,
    map: vector,
    bound: boundOf(vector),
    x,
    pad: null,
    challenges,
    message: x,
    comment: 'challenges chosen so that each part of the verdict is the only one that tells',
    tests: [
      tests.valid('the true answer', { answer: truth, y: judge(truth).y }),
      ...cheats.map((cheat) => rejected(tests, cheat, judge)),
    ],
  };
}

export function verdictFile(): VerdictFile {
  const tests = new Tests();
  const numbers = new Numbers('verdicts');
  const maps: (readonly [string, MapVector])[] = [
    ['dense', dense(5, 4, numbers.list(20, -127, 127))],
    ['convolution', convolution({ input: { height: 3, width: 4, channels: 2 }, outputChannels: 3 }, numbers)],
    ['dense with a large bound', dense(6, 3, numbers.list(18, -30000, 30000), { minimum: -255, maximum: 255 })],
    ['depthwise', convolution({ input: { height: 3, width: 3, channels: 3 }, groups: 3, outputChannels: 3 }, numbers)],
  ];
  for (const [name, map] of maps) if (outputLength(mapOf(map)) < 3) throw new Error(`${name} is too small`);
  return {
    $schema: './schema.json',
    algorithm: 'verdict',
    notes: [
      'One layer: the input x, the secrets, the message, and answers to it. result is the verdict.',
      'y is the answer after decoding and unblinding, or null where decoding refuses it. It must not be used after a reject.',
      'Without a pad (p is null) the device sees x and answers integers.',
    ],
    groups: [
      ...maps.flatMap(([name, map]) => [true, false].map((secret) => groupOf(tests, name, map, secret))),
      orthogonalGroup(tests),
    ],
  };
}
