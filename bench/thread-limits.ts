/** What the machine's memory gives to one thread and to more: the limit of every pass over arrays that no cache holds. */
import { wasmArithmetic } from '../src/fast/index.js';
import { CHECK_MODULUS } from '../src/model/modulus.js';
import { measure, rounded } from './measure.js';
import { consume, filled } from './values.js';

/** Entries of the arrays that are copied: 128 MiB in and as many out. */
const COPIED = 2 ** 26;
/** Answers of a batch that are folded: 64 MiB, beside two challenges that stay in the cache. */
const IMAGES = 16;
const LENGTH = 2 ** 20;

/** One row for each number of threads. */
export async function threadLimits(threadCounts: readonly number[], quick: boolean) {
  const rows = [];
  for (const threads of threadCounts) {
    const arithmetic = await wasmArithmetic({ threads });
    const shrink = quick ? 64 : 1;
    const x = filled(arithmetic.allocate('i16', COPIED / shrink), -128, 127);
    const message = arithmetic.allocate('i16', x.length);
    const length = LENGTH / shrink;
    const answers = filled(arithmetic.allocate('i32', IMAGES * length), -(2 ** 22), 2 ** 22);
    const challenges = [1, 2].map(() => filled(arithmetic.allocate('u32', length), 0, CHECK_MODULUS - 1));
    const out = arithmetic.allocate('i16', answers.length);
    const sums = new Uint32Array(IMAGES * challenges.length);
    const range = { minimum: -128, maximum: 127 };
    const finish = {
      bias: Int32Array.of(0),
      requantization: { multipliers: Int32Array.of(2 ** 30), shift: 46, minimum: -128, maximum: 127 },
      followUps: [],
    };
    const how = { images: IMAGES, unblinding: null, bound: 2 ** 22, challenges, finish };
    const times = await measure(
      `memory, ${threads} thread(s)`,
      [
        {
          name: 'copy',
          prepare: () => () => {
            arithmetic.outgoing(x, { images: 1, range, blinding: null, folded: [] }, message, new Uint32Array(0));
            consume(message[x.length - 1]!);
          },
        },
        {
          name: 'receive',
          prepare: () => () => {
            arithmetic.incoming(answers, how, sums, out);
            consume(sums[0]!);
          },
        },
      ],
      quick ? 0.001 : 1,
    );
    arithmetic.close();
    rows.push({
      threads,
      copyGigabytesPerSecond: rounded((4 * x.length) / times.get('copy')!.seconds / 1e9),
      receiveGigaEntriesPerSecond: rounded(answers.length / times.get('receive')!.seconds / 1e9),
    });
  }
  return rows;
}
