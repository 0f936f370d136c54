/**
 * Weights from a seed: shaped like trained ones that were quantized per channel, and of no use except for speed and tests.
 * Nothing here is secret, and nothing secret may come from here.
 */
import { normalShare } from './normal.js';

const LARGEST = 127;
const SPREAD = 32;
const TABLE_BITS = 14;
const TABLE_SIZE = 2 ** TABLE_BITS;

/** Bell-shaped: the integer v as often as a normal variable of standard deviation 32 rounds to it. 16 KiB, to stay in cache. */
const bell: Int8Array = (() => {
  const table = new Int8Array(TABLE_SIZE);
  let value = -LARGEST;
  for (let index = 0; index < TABLE_SIZE; index++) {
    const share = (index + 0.5) / TABLE_SIZE;
    while (value < LARGEST && normalShare((value + 0.5) / SPREAD) < share) value++;
    table[index] = value;
  }
  return table;
})();

/** FNV-1a of the seed and a text, stirred; never 0, where xorshift would stay for ever. */
function startOf(seed: number, text: string): number {
  let state = Math.imul(seed ^ 0x811c9dc5, 0x01000193);
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
  return state ^ (state >>> 15) || 1;
}

/** Marsaglia's 32-bit xorshift: three instructions a step, and poor enough that nobody will take it for a secret. */
function step(state: number): number {
  let next = state ^ (state << 13);
  next ^= next >>> 17;
  return next ^ (next << 5);
}

/** Scales a channel until its largest weight is 127, as symmetric quantization per channel does. */
function stretch(channel: Int16Array): void {
  let largest = 1;
  for (let index = 0; index < channel.length; index++) {
    const size = Math.abs(channel[index]!);
    if (size === LARGEST) return;
    if (size > largest) largest = size;
  }
  const factor = LARGEST / largest;
  for (let index = 0; index < channel.length; index++) channel[index] = Math.round(channel[index]! * factor);
}

/**
 * The weights of one layer: in [-127, 127], bell-shaped, the largest of each channel 127 in size.
 * @param seed a whole number from 0 to 2^32 - 1 @param name the layer's name: with the seed it decides everything
 * @param channels output channels @param terms weights per output channel
 * @returns channels * terms entries, channel after channel
 */
export function seededWeights(seed: number, name: string, channels: number, terms: number): Int16Array {
  const weights = new Int16Array(channels * terms);
  let state = startOf(seed, `weights of ${name}`);
  const even = weights.length & ~1;
  for (let index = 0; index < even; index += 2) {
    state = step(state);
    weights[index] = bell[state >>> (32 - TABLE_BITS)]!;
    weights[index + 1] = bell[(state >>> 2) & (TABLE_SIZE - 1)]!;
  }
  if (even < weights.length) weights[even] = bell[step(state) >>> (32 - TABLE_BITS)]!;
  for (let channel = 0; channel < channels; channel++) {
    stretch(weights.subarray(channel * terms, (channel + 1) * terms));
  }
  return weights;
}

/** `count` numbers spread evenly over [-1, 1), which follow from the seed and the name. */
export function seededOffsets(seed: number, name: string, count: number): Float64Array {
  let state = startOf(seed, `offsets of ${name}`);
  return Float64Array.from({ length: count }, () => {
    state = step(state);
    return state / 2 ** 31;
  });
}
