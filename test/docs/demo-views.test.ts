/** What the demonstration draws and says. */
import * as assert from 'uvu/assert';
import type { View } from '../../docs/.vitepress/demo/demonstration.js';
import { BINS, chiSquare, histogram, UNIFORM_BELOW } from '../../docs/.vitepress/demo/histogram.js';
import { mosaic } from '../../docs/.vitepress/demo/mosaic.js';
import type { Snapshot } from '../../docs/.vitepress/demo/snapshot.js';
import { watchedArithmetic, watchedDevice } from '../../docs/.vitepress/demo/watch.js';
import { announcement, facesFound, progressLine, uniformity } from '../../docs/.vitepress/demo/words.js';
import { wasmArithmetic } from '../../src/fast/index.js';
import { P24 } from '../../src/model/modulus.js';
import { Session } from '../../src/protocol/session.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { suite } from '../suite.js';

const test = suite('demonstration, pictures and words');

test('a histogram counts every value once, in the right bin', () => {
  const values = [0, P24 - 1, Math.floor(P24 / 2), 5, 5];
  const { counts, total } = histogram(values, 0, P24);
  assert.is(total, 5);
  assert.is(
    counts.reduce((sum, count) => sum + count),
    5,
  );
  assert.equal([counts[0], counts[31], counts[63]], [3, 1, 1]);
  const signed = histogram([-255, 255, 0], -255, 256);
  assert.equal([signed.counts[0], signed.counts[BINS - 1]], [1, 1]);
});

test('chi-square is zero for one of each value, also where bins hold unequal numbers of them', () => {
  for (const size of [64, 100, 511, 4099]) {
    const all = Array.from({ length: size }, (_, i) => i - 7);
    assert.ok(chiSquare(histogram(all, -7, size - 7)) < 1e-9, String(size));
  }
  // 64 bins of 10, and then one of them twice as full: 10^2 / 10, with the expectation a little higher.
  const even = { minimum: 0, end: 64, counts: Array(64).fill(10), total: 640 };
  const odd = { ...even, counts: [20, ...Array(63).fill(10)], total: 650 };
  const expected = 650 / 64;
  assert.ok(Math.abs(chiSquare(odd) - ((20 - expected) ** 2 + 63 * (10 - expected) ** 2) / expected) < 1e-9);
});

test('the verdict tells noise from shapes, and does not judge a few numbers', () => {
  let state = 1;
  const noise = Array.from({ length: 50_000 }, () => {
    state = (state * 48271) % (2 ** 31 - 1);
    return state % P24;
  });
  assert.is(uniformity(histogram(noise, 0, P24)).uniform, true);
  const shape = noise.map((value) => Math.min(value, P24 - 1 - value));
  assert.is(uniformity(histogram(shape, 0, P24)).uniform, false);
  assert.is(uniformity(histogram(noise.slice(0, 600), 0, P24)).uniform, null);
  assert.ok(UNIFORM_BELOW > 63);
});

test('a mosaic shows colours as they are, and channels side by side', () => {
  const colours = mosaic([0, 128, 255, 255, 128, 0], { height: 1, width: 2, channels: 3 }, 0, 256);
  assert.equal([...colours.pixels.slice(0, 4)], [0, 128, 255, 255]);
  assert.equal([...colours.pixels.slice(4 * 255, 4 * 256)], [255, 128, 0, 255]);
  const extent = { height: 64, width: 64, channels: 20 };
  const values = Array.from({ length: 64 * 64 * 20 }, (_, i) => (i % 20) * 10);
  const tiles = mosaic(values, extent, 0, 256);
  assert.is(tiles.channels, 16);
  // Tile 1 of 16 shows channel floor(20 / 16) = 1, tile 15 channel 18.
  assert.equal([...tiles.pixels.slice(4 * 64, 4 * 64 + 4)], [10, 10, 10, 255]);
  assert.is(tiles.pixels.at(-4), 180);
  const few = mosaic([1, 2], { height: 1, width: 1, channels: 2 }, 0, 3);
  assert.is(few.pixels.at(-1), 0, 'a place without a channel is transparent');
});

const map: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 1,
  weights: Int16Array.of(1, 2),
  inputRange: { minimum: -128, maximum: 127 },
};

test('both sides are watched without changing anything: plain here, blinded there', async () => {
  const held: Snapshot[] = [];
  const seen: Snapshot[] = [];
  const arithmetic = await wasmArithmetic();
  const watched = watchedArithmetic(arithmetic, [map], (snapshot) => held.push(snapshot));
  const device = watchedDevice(referenceDevice(), (snapshot) => seen.push(snapshot));
  const session = await Session.open({ device, arithmetic: watched.arithmetic, maps: [map] });
  for (let round = 0; round < 2; round++) {
    watched.restart();
    await session.prepare(1);
    const inference = await session.begin();
    const x = watched.arithmetic.allocate('i16', 2);
    x.set([-128, 127]);
    assert.equal([...(await inference.linear(0, x)).value], [126]);
    inference.end();
  }
  session.close();
  arithmetic.close();
  assert.equal(
    held.map(({ layer }) => layer),
    [0, 0],
  );
  assert.equal(
    seen.map(({ layer }) => layer),
    [0, 0],
  );
  assert.equal([held[0]!.histogram.counts[0], held[0]!.histogram.counts.at(-1)], [1, 1]);
  assert.is(held[0]!.histogram.end, 128);
  assert.is(seen[0]!.histogram.end, P24);
});

const view: View = {
  state: 'running',
  layers: ['a', 'b'],
  progress: { stage: 'online', done: 1, total: 2 },
  held: [],
  seen: [],
  result: null,
  reason: null,
  soundnessBits: null,
};

test('progress names the layer; what is read out changes four times in a stage', () => {
  assert.is(progressLine(view), 'Running: blinded, computed by the device, checked; layer 1 of 2: a verified');
  const spoken = new Set(
    Array.from({ length: 48 }, (_, done) => announcement({ ...view, progress: { stage: 'pads', done, total: 47 } })),
  );
  assert.is(spoken.size, 5);
  const reason = 'The device gave a wrong answer.';
  assert.is(announcement({ ...view, state: 'refused', reason }), reason);
  assert.equal([0, 1, 2].map(facesFound), ['no face was found', 'one face was found', '2 faces were found']);
});
