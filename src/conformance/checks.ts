/** The groups of checks. Each makes claims; a claim that does not hold fails the device. */

import { aLinearMap, type Dense, inputLength, type LinearMap } from '../model/linear-map.js';
import type { Device } from '../protocol/device.js';
import type { Claim } from './claim.js';
import { agree, expected, rejects } from './compare.js';
import { convolution, dense, mapsAtTheBound, mapsOfEveryKind, randomMap } from './maps.js';
import { memoryUse } from './memory-use.js';
import type { Numbers } from './numbers.js';
import { integerEdges, type Mode, modeName, modes, residueEdges, someInput } from './vectors.js';

/** A named group. */
export interface Group {
  readonly name: string;
  readonly run: (device: Device, claim: Claim, numbers: Numbers) => Promise<void>;
}

async function checkMap(
  device: Device,
  claim: Claim,
  name: string,
  map: LinearMap,
  mode: Mode,
  inputs: (Int16Array | Uint32Array)[],
): Promise<void> {
  const loaded = await device.load(aLinearMap(map), mode);
  try {
    for (const x of inputs) {
      const wanted = expected(map, mode, x);
      const problem = agree(await loaded.apply(x.slice()), wanted, mode);
      claim(problem === null, () => `${name}, ${modeName(mode)}: ${problem}`);
    }
  } finally {
    loaded.release();
  }
}

/** Every edge of the weights against every edge of the inputs, one product and sums of two. */
async function edgeTable(device: Device, claim: Claim): Promise<void> {
  const weights = integerEdges;
  for (const mode of modes) {
    const inputRange = { minimum: -32768, maximum: 32767 };
    // Over the integers a product of two int16 extremes leaves the certificate, so weights stay below 2^14 there.
    const fitting = mode === 'integers' ? weights.filter((weight) => Math.abs(weight) <= 256) : weights;
    const single = dense(1, fitting.length, (index) => fitting[index]!, inputRange);
    const pairs = dense(
      2,
      fitting.length ** 2,
      (index) => {
        const row = index >> 1;
        return fitting[index % 2 === 0 ? row % fitting.length : Math.floor(row / fitting.length)]!;
      },
      inputRange,
    );
    const edges = mode === 'integers' ? integerEdges : residueEdges(mode);
    const type = mode === 'integers' ? Int16Array : Uint32Array;
    await checkMap(
      device,
      claim,
      'one product',
      single,
      mode,
      edges.map((edge) => type.of(edge)),
    );
    const inputs = edges.flatMap((a) => edges.filter((_, index) => (index + a) % 3 === 0).map((b) => type.of(a, b)));
    await checkMap(device, claim, 'sum of two products', pairs, mode, inputs.slice(0, 120));
  }
}

async function everyKind(device: Device, claim: Claim, numbers: Numbers): Promise<void> {
  for (const [name, map] of mapsOfEveryKind(numbers)) {
    for (const mode of modes) {
      const inputs = [someInput(map, mode, numbers), someInput(map, mode, numbers)];
      await checkMap(device, claim, name, map, mode, inputs);
    }
  }
}

/** Inputs at the extremes that make every partial sum as large as it gets, in both directions. */
async function atTheBound(device: Device, claim: Claim): Promise<void> {
  for (const [name, map] of mapsAtTheBound()) {
    const length = inputLength(map);
    const { minimum, maximum } = map.inputRange;
    for (const mode of modes) {
      const sign = (index: number): boolean => map.weights[index % map.weights.length]! > 0;
      if (mode === 'integers') {
        const inputs = [
          new Int16Array(length).fill(maximum),
          new Int16Array(length).fill(minimum),
          Int16Array.from({ length }, (_, index) => (sign(index) ? maximum : minimum)),
          Int16Array.from({ length }, (_, index) => (sign(index) ? minimum : maximum)),
        ];
        await checkMap(device, claim, name, map, mode, inputs);
      } else {
        const half = (mode - 1) / 2;
        const inputs = [half, half + 1, mode - 1, 128, 32768].map((value) => new Uint32Array(length).fill(value));
        inputs.push(Uint32Array.from({ length }, (_, index) => (sign(index) ? half : half + 1)));
        await checkMap(device, claim, name, map, mode, inputs);
      }
    }
  }
}

async function randomShapes(device: Device, claim: Claim, numbers: Numbers, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const map = randomMap(numbers);
    const mode = modes[index % modes.length]!;
    await checkMap(device, claim, `random shape ${index} ${describe(map)}`, map, mode, [someInput(map, mode, numbers)]);
  }
}

function describe(map: LinearMap): string {
  const { weights: _, ...shape } = map;
  return JSON.stringify(shape);
}

/** Several inputs in one call, and the answers in the same order. */
async function batches(device: Device, claim: Claim, numbers: Numbers): Promise<void> {
  const maps = [
    dense(5, 3, (index) => index - 7),
    convolution({ input: { height: 4, width: 3, channels: 2 } }, (index) => index - 30),
  ];
  for (const map of maps) {
    for (const mode of modes) {
      const parts = Array.from({ length: 5 }, () => someInput(map, mode, numbers));
      const type = mode === 'integers' ? Int16Array : Uint32Array;
      await checkMap(device, claim, 'five inputs in one call', map, mode, [
        type.from(parts.flatMap((part) => [...part])),
      ]);
    }
  }
}

/** Many calls in flight, on several maps, each with its own right answer. */
async function concurrency(device: Device, claim: Claim, numbers: Numbers): Promise<void> {
  for (const mode of modes) {
    const maps = [7, 8, 9].map((inputs) => dense(inputs, 4, () => numbers.between(-99, 99)));
    const loaded = await Promise.all(maps.map((map) => device.load(map, mode)));
    const calls = Array.from({ length: 48 }, (_, index) => {
      const map = maps[index % maps.length]!;
      const x = someInput(map, mode, numbers);
      return { wanted: expected(map, mode, x), answer: loaded[index % maps.length]!.apply(x) };
    });
    const answers = await Promise.all(calls.map(({ answer }) => answer));
    answers.forEach((answer, index) => {
      const problem = agree(answer, calls[index]!.wanted, mode);
      claim(problem === null, () => `call ${index} of 48 in flight, ${modeName(mode)}: ${problem}`);
    });
    for (const map of loaded) map.release();
  }
}

const small: Dense = dense(3, 2, (index) => index + 1);

/** What must be refused is refused by a rejected promise, and the device goes on working. */
async function refusals(device: Device, claim: Claim): Promise<void> {
  const loaded = await device.load(small, 'integers');
  const refused = async (what: string, work: () => Promise<unknown>): Promise<void> =>
    claim(await rejects(work), () => `${what} was not refused`);
  await refused('an input that is too short', () => loaded.apply(new Int16Array(2)));
  await refused('an empty input', () => loaded.apply(new Int16Array(0)));
  await refused('an input of one and a third', () => loaded.apply(new Int16Array(4)));
  await refused('residues where integers were promised', () => loaded.apply(new Uint32Array(3)));
  await refused('a map with too few weights', () => device.load({ ...small, weights: new Int16Array(5) }, 'integers'));
  await refused('a map with no inputs', () => device.load({ ...small, inputs: 0 }, 'integers'));
  await refused('a modulus that is neither P24 nor M31', () => device.load(small, 65537 as Mode));
  const wide = dense(3, 1, () => 32767, { minimum: -32768, maximum: 32767 });
  await refused('integers that may not fit 32 bits', () => device.load(wide, 'integers'));
  const answer = await loaded.apply(Int16Array.of(1, 2, 3));
  claim(agree(answer, [14, 32], 'integers') === null, () => 'the device gives wrong answers after refusing something');
  loaded.release();
}

/** Releasing and closing are final, and harmless to repeat. */
async function ending(device: Device, open: () => Promise<Device>, claim: Claim): Promise<void> {
  const [kept, released] = [await device.load(small, 'integers'), await device.load(small, 'integers')];
  released.release();
  released.release();
  claim(await rejects(() => released.apply(Int16Array.of(1, 2, 3))), () => 'a released map still answers');
  claim(
    agree(await kept.apply(Int16Array.of(1, 2, 3)), [14, 32], 'integers') === null,
    () => 'releasing one map broke another',
  );
  kept.release();
  const other = await open();
  const loaded = await other.load(small, 'integers');
  await other.close();
  await other.close();
  claim(await rejects(() => loaded.apply(Int16Array.of(1, 2, 3))), () => 'a closed device still answers');
  claim(await rejects(() => other.load(small, 'integers')), () => 'a closed device still loads');
  const survivor = await device.load(small, 'integers');
  claim(
    agree(await survivor.apply(Int16Array.of(1, 2, 3)), [14, 32], 'integers') === null,
    () => 'closing one device broke another',
  );
  survivor.release();
}

/** All groups, in order. */
export function checksOf(open: () => Promise<Device>, randomShapeCount: number): readonly Group[] {
  return [
    { name: 'edge table, pairwise', run: edgeTable },
    { name: 'every kind of map', run: everyKind },
    { name: 'accumulators at their bound', run: atTheBound },
    { name: 'random shapes', run: (device, claim, numbers) => randomShapes(device, claim, numbers, randomShapeCount) },
    { name: 'several inputs in one call', run: batches },
    { name: 'many calls in flight', run: concurrency },
    { name: 'memory that is used again or shared', run: memoryUse },
    { name: 'refusals', run: refusals },
    { name: 'release and close', run: (device, claim) => ending(device, open, claim) },
  ];
}
