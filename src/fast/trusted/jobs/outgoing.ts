/**
 * Inputs on their way out. A chunk is one stretch of entries of every image, so that the folded challenges of that stretch
 * stay in the cache while the images pass by.
 */

import { fields, type Host, offsetOf, take } from '../team/host.js';

/** Addresses are bytes; `tables` holds the pads of the images and then the k folded challenges. */
export const outgoingFields = fields(
  'x',
  'images',
  'length',
  'tile',
  'minimum',
  'maximum',
  'modulus',
  'wipe',
  'tables',
  'k',
  'steps',
  'message',
  'messageHigh',
  'messageId',
  'scratch',
  'scratchPitch',
  'areas',
  'areaPitch',
);
const at = outgoingFields.at;

/** Each thread's area holds one flag and then k sums per image. */
export function outgoing(host: Host, args: Int32Array, chunk: number, thread: number): void {
  const { kernels } = host;
  const length = args[at.length]!;
  const images = args[at.images]!;
  const k = args[at.k]!;
  const modulus = args[at.modulus]!;
  const id = args[at.messageId]!;
  const message = offsetOf(args[at.messageHigh]!, args[at.message]!);
  const start = chunk * args[at.tile]!;
  const count = Math.min(args[at.tile]!, length - start);
  const tables = new Uint32Array(host.buffer, args[at.tables]! >>> 0, images + k);
  const area = (args[at.areas]! >>> 0) + thread * args[at.areaPitch]!;
  const scratch = (args[at.scratch]! >>> 0) + thread * args[at.scratchPitch]!;
  const entry = modulus === 0 ? 2 : 4;
  let good = 1;
  for (let image = 0; image < images; image++) {
    const first = image * length + start;
    const x = (args[at.x]! >>> 0) + first * 2;
    const pad = modulus === 0 ? 0 : tables[image]! + start * 4;
    const to = id === 0 ? message + first * entry : scratch;
    good &= kernels.outgoing(x, count, args[at.minimum]!, args[at.maximum]!, modulus, pad, to);
    if (args[at.wipe]! !== 0) kernels.clear(pad, count * 4);
    if (id !== 0) take(host, id, message + first * entry, count * entry, scratch);
    for (let t = 0; t < k; t += 2) {
      const folded = tables[images + t]!;
      const pitch = t + 1 < k ? tables[images + t + 1]! - folded : 0;
      const sums = area + 4 + (image * k + t) * 4;
      kernels.foldInputs(folded + start * 4, pitch, Math.min(2, k - t), x, count, args[at.steps]!, sums);
    }
  }
  // Written whatever it says, so that time does not tell what was wrong.
  const flag = new Int32Array(host.buffer, area, 1);
  flag[0] = flag[0]! | (good ^ 1);
}
