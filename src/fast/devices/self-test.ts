/**
 * What a device must compute exactly before it is used: sums as long and as large as they get, for both moduli and over
 * the integers. The expected values are computed here, from the definition, entry by entry.
 */

import { isTypedArray } from '../../boundary/array-buffers.js';
import { printable, reasonOf } from '../../boundary/printable.js';
import { someOptions } from '../../boundary/validators.js';
import type { Convolution, Dense, LinearMap } from '../../model/linear-map.js';
import { M31, type Modulus, P24 } from '../../model/modulus.js';
import type { Device, DeviceOutput, LoadedMap } from '../../protocol/device.js';
import { DeviceError } from '../../protocol/errors.js';
import { aTimeout, within } from './within.js';

type Pattern = (index: number) => number;

const constant =
  (value: number): Pattern =>
  () =>
    value;
const alternating =
  (even: number, odd: number): Pattern =>
  (index) =>
    index % 2 === 0 ? even : odd;

function dense(inputs: number, weight: Pattern): Dense {
  // Three outputs: as given, negated where int16 allows, and with every other sign turned.
  const row = Array.from({ length: inputs }, (_, i) => weight(i));
  const negated = row.map((w) => Math.min(-w, 32767));
  const mixed = row.map((w, i) => (i % 2 === 0 ? w : negated[i]!));
  const weights = Int16Array.from([...row, ...negated, ...mixed]);
  return { kind: 'dense', inputs, outputs: 3, weights, inputRange: { minimum: -32768, maximum: 32767 } };
}

function convolution(channels: number, groups: number, weight: Pattern): Convolution {
  return {
    kind: 'convolution',
    input: { height: 3, width: 3, channels },
    kernel: { height: 3, width: 3 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups,
    outputChannels: channels,
    weights: Int16Array.from({ length: (channels * 9 * channels) / groups }, (_, i) => weight(i)),
    inputRange: { minimum: -32768, maximum: 32767 },
  };
}

/** The one output pixel of the maps above: each output channel sees all nine pixels of its group's channels. */
function expected(map: LinearMap, x: ArrayLike<number>): bigint[] {
  const channels = map.kind === 'dense' ? map.inputs : map.input.channels;
  const outputs = map.kind === 'dense' ? map.outputs : map.outputChannels;
  const groups = map.kind === 'dense' ? 1 : map.groups;
  const pixels = map.kind === 'dense' ? 1 : 9;
  const width = channels / groups;
  return Array.from({ length: outputs }, (_, o) => {
    const first = Math.floor(o / (outputs / groups)) * width;
    let sum = 0n;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let k = 0; k < width; k++) {
        const w = map.weights[(o * pixels + pixel) * width + k]!;
        sum += BigInt(w) * BigInt(x[pixel * channels + first + k]!);
      }
    }
    return sum;
  });
}

function inputsOf(map: LinearMap): number {
  return map.kind === 'dense' ? map.inputs : 9 * map.input.channels;
}

/** How the vectors are run. */
export interface SelfTestOptions {
  /** How long one call may take: 120000 ms by default. */
  readonly timeoutMs?: number;
}

/** Nothing that a device under test is, gives or throws is believed: whatever fails is a DeviceError. */
class Bounded {
  readonly #device: Device;
  readonly #limitMs: number;

  constructor(device: Device, limitMs: number) {
    this.#device = device;
    this.#limitMs = limitMs;
  }

  /** What `work` gives. */
  async call<T>(work: () => T | Promise<T>): Promise<T> {
    const late = `The device did not answer within ${this.#limitMs} ms while it was tested.`;
    try {
      return await within(Promise.resolve().then(work), this.#limitMs, late);
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      throw new DeviceError(`The device failed while it was tested: ${reasonOf(error)}`);
    }
  }

  load(map: LinearMap, mode: Modulus | 'integers'): Promise<LoadedMap> {
    return this.call(() => this.#device.load({ ...map, weights: map.weights.slice() }, mode));
  }

  refuse(): never {
    let name: unknown;
    try {
      name = this.#device.name;
    } catch {}
    const called = typeof name === 'string' ? `"${printable(name, 64)}" ` : '';
    throw new DeviceError(`The device ${called}does not compute exactly and was refused.`);
  }
}

async function compare(
  device: Bounded,
  map: LinearMap,
  mode: Modulus | 'integers',
  patterns: Pattern[],
): Promise<void> {
  const loaded = await device.load(map, mode);
  const length = inputsOf(map);
  const type = mode === 'integers' ? Int16Array : Uint32Array;
  for (const pattern of patterns) {
    const values = Array.from({ length }, (_, i) => pattern(i));
    const x = type.from(values);
    const wanted = expected(map, values);
    const p = mode === 'integers' ? null : BigInt(mode);
    const exact = await device.call(async () => {
      const y: DeviceOutput = await loaded.apply(x);
      // Any typed array may hold the right numbers; what only looks like one may change between two looks.
      if (!isTypedArray(y) || y.length !== wanted.length) return false;
      return wanted.every((v, i) => y[i] === Number(p === null ? v : ((v % p) + p) % p));
    });
    if (!exact) device.refuse();
  }
  await device.call(() => loaded.release());
}

/**
 * Odd sums just below 2^24, above 2^24 and near 2^30, of products that are exact in any format: an accumulator with
 * fewer bits than the sum needs, float32 past 2^24 included, loses the last one.
 */
async function oddSums(device: Bounded): Promise<void> {
  const oneThenMany: Pattern = (index) => (index === 0 ? 1 : 127);
  for (const inputs of [65, 1041, 2081, 66000]) {
    const map = { ...dense(inputs, oneThenMany), inputRange: { minimum: -127, maximum: 127 } };
    for (const mode of ['integers', P24, M31] as const) await compare(device, map, mode, [oneThenMany]);
  }
}

/**
 * Runs the vectors.
 * @throws DeviceError when one answer is not exact, the device fails, or a call takes too long; TypeError or RangeError for
 * wrong options
 */
export async function selfTest(tested: Device, options: SelfTestOptions = {}): Promise<void> {
  const limitMs = aTimeout(someOptions(options, { timeoutMs: true }, 'selfTest').timeoutMs, 'timeoutMs');
  const device = new Bounded(tested, limitMs);
  await oddSums(device);
  const int16 = alternating(-32768, 32767);
  for (const modulus of [P24, M31] as const) {
    const half = (modulus - 1) / 2;
    const edges = [constant(half), constant(half + 1), constant(modulus - 1), alternating(half, half + 1), constant(0)];
    // 32767 and 98303 have large low halves: sums of 16-bit limbs that are not wide enough lose bits on them.
    const halves = [constant(32767), constant(98303)];
    for (const weight of [constant(127), constant(-128), constant(2048), constant(-32768), int16]) {
      await compare(device, dense(1117, weight), modulus, edges);
      await compare(device, convolution(3, 1, weight), modulus, edges);
      await compare(device, convolution(13, 13, weight), modulus, [...edges, ...halves]);
    }
  }
  // 516 * 127 * 32768 and (32768 + 32767) * 32767 stay just below 2^31.
  const extremes = [constant(32767), constant(-32767), alternating(32767, -32767)];
  const range = { minimum: -32767, maximum: 32767 };
  for (const map of [dense(516, constant(127)), dense(2, int16), convolution(13, 13, constant(7281))]) {
    await compare(device, { ...map, inputRange: range }, 'integers', extremes);
  }
}
