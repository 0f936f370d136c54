/**
 * Outputs on their way in: brought into the thread's own working space in stretches that fit its cache, and there unblinded,
 * checked, folded and finished before the next stretch is brought. The answer itself is read once and never again.
 */

import { bring, fields, type Host, offsetOf } from '../team/host.js';
import { finishFields, finishStretch, poolBand } from './finish.js';

/**
 * What comes after the arguments that say how to finish. `tables` holds the unblinding factors of the images and then the k
 * challenges.
 */
const incomingNames = [
  'answer',
  'answerHigh',
  'answerId',
  'images',
  'length',
  'tile',
  'bound',
  'modulus',
  'wipe',
  'cut',
  'tables',
  'k',
  'terms',
  'scratch',
  'scratchPitch',
  'areas',
  'areaPitch',
] as const;

/** The arguments without those that say how to finish, which come first. */
export const incomingFields = fields(...incomingNames);
const at = fields(...finishFields, ...incomingNames).at;

/** Entries brought at a time: 32 KiB. Shorter ones cost more in calls and starts of streams than they save in the cache. */
export const STRETCH = 8192;

/** Each thread's area holds one flag and then k folds per image. */
export function incoming(host: Host, args: Int32Array, chunk: number, thread: number): void {
  const images = args[at.images]!;
  const length = args[at.length]!;
  const start = chunk * args[at.tile]!;
  // What is left over after the last whole band of a pool belongs to that band.
  const end = chunk === args[at.chunks]! - 1 ? length : start + args[at.tile]!;
  const tables = new Uint32Array(host.buffer, args[at.tables]! >>> 0, images + args[at.k]!);
  const scratch = (args[at.scratch]! >>> 0) + thread * args[at.scratchPitch]!;
  const area = (args[at.areas]! >>> 0) + thread * args[at.areaPitch]!;
  let good = 1;
  if (args[at.pooled]! !== 0) {
    for (let image = 0; image < images; image++) {
      for (let from = start; from < end; from += STRETCH) {
        good &= receive(host, args, tables, area, scratch, image, from, Math.min(STRETCH, end - from), start);
      }
      poolBand(host, args, image, chunk, scratch + STRETCH * 4);
    }
  } else {
    for (let from = start; from < end; from += STRETCH) {
      const count = Math.min(STRETCH, end - from);
      for (let image = 0; image < images; image++) {
        good &= receive(host, args, tables, area, scratch, image, from, count, start);
      }
    }
  }
  // Written whatever it says, so that time does not tell what was wrong.
  const flag = new Int32Array(host.buffer, area, 1);
  flag[0] = flag[0]! | (good ^ 1);
}

function receive(
  host: Host,
  args: Int32Array,
  tables: Uint32Array,
  area: number,
  y: number,
  image: number,
  from: number,
  count: number,
  band: number,
): number {
  const { kernels } = host;
  const images = args[at.images]!;
  const k = args[at.k]!;
  const bound = args[at.bound]!;
  const modulus = args[at.modulus]!;
  const first = image * args[at.length]! + from;
  const answer = offsetOf(args[at.answerHigh]!, args[at.answer]!);
  bring(host, args[at.answerId]!, answer + first * 4, count * 4, y);
  let good = 1;
  if (modulus !== 0) {
    const u = tables[image]! + from * 4;
    if (args[at.cut]! !== 0) good = kernels.isCanonical(y, count, modulus);
    const within = kernels.unblind(y, u, count, modulus, bound, y);
    if (args[at.wipe]! !== 0) kernels.clear(u, count * 4);
    if (args[at.cut]! === 0) good = within;
  }
  for (let t = 0; t < k; t += 2) {
    const s = tables[images + t]!;
    const pitch = t + 1 < k ? tables[images + t + 1]! - s : 0;
    const sums = area + 4 + (image * k + t) * 4;
    good &= kernels.foldOutputs(s + from * 4, pitch, Math.min(2, k - t), y, count, bound, args[at.terms]!, sums);
  }
  if (args[at.cut]! !== 0) cut(new Int32Array(host.buffer, y, count), bound);
  const bandAt = args[at.pooled]! === 0 ? 0 : y + STRETCH * 4 + (from - band) * 2;
  finishStretch(host, args, y, first, from, count, bandAt);
  return good;
}

/** Later arithmetic is proved for |y| <= B; an unchecked y gets no chance to leave that range. */
function cut(y: Int32Array, bound: number): void {
  for (let index = 0; index < y.length; index++) y[index] = Math.max(-bound, Math.min(bound, y[index]!));
}
