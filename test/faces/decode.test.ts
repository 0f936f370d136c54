import * as assert from 'uvu/assert';
import { decodeFaces, overlap, prepareFaceInput } from '../../src/faces/index.js';
import type { Image } from '../../src/pictures/index.js';
import { suite } from '../suite.js';

const test = suite('faces, decoding');

/** Two anchors: the left upper quarter of the square, and its middle. */
const ANCHORS = Float32Array.of(0, 0, 0.5, 0.5, 0.25, 0.25, 0.75, 0.75);
const SQUARE = { width: 100, height: 100 };
/** The logit of this probability. */
const logit = (score: number): number => Math.log(score / (1 - score));
const scores = (...values: number[]): Float32Array =>
  Float32Array.from(values.flatMap((score) => [9, logit(score), -9]));

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-3, `${actual}, not ${expected}`);
}

function isBox(box: object, left: number, top: number, right: number, bottom: number): void {
  const expected = { left, top, right, bottom };
  for (const side of ['left', 'top', 'right', 'bottom'] as const) near((box as typeof expected)[side], expected[side]);
}

test('zeros mean the anchor itself; tenths shift, fifths scale', () => {
  const zeros = decodeFaces([new Float32Array(8), scores(0.9, 0.8)], ANCHORS, SQUARE);
  assert.is(zeros.length, 2);
  isBox(zeros[0]!.box, 0, 0, 50, 50);
  isBox(zeros[1]!.box, 25, 25, 75, 75);
  near(zeros[0]!.score, 0.9);
  near(zeros[1]!.score, 0.8);
  // Down by 2/10 and right by 4/10 of 0.5, twice as high, half as wide, around (0.25, 0.25).
  const codes = Float32Array.of(2, 4, 5 * Math.log(2), -5 * Math.log(2), 0, 0, 0, 0);
  const [face] = decodeFaces([codes, scores(0.9, 0.1)], ANCHORS, SQUARE);
  isBox(face!.box, 32.5, 0, 57.5, 85);
});

test('the score is the sigmoid of the second of three numbers, and must be above the threshold', () => {
  const outputs = [new Float32Array(8), scores(0.6, 0.5)];
  assert.is(decodeFaces(outputs, ANCHORS, SQUARE).length, 1);
  assert.is(decodeFaces(outputs, ANCHORS, SQUARE, 0.4).length, 2);
  assert.is(decodeFaces(outputs, ANCHORS, SQUARE, 0.7).length, 0);
  assert.is(
    decodeFaces([new Float32Array(8), new Float32Array(6)], ANCHORS, SQUARE, 0.5).length,
    0,
    'not at 0.5 exactly',
  );
});

test('boxes scale with the longer side, and end where the photograph ends', () => {
  const [wide] = decodeFaces([new Float32Array(8), scores(0.1, 0.9)], ANCHORS, { width: 200, height: 120 });
  isBox(wide!.box, 50, 50, 150, 120);
  const [tall] = decodeFaces([new Float32Array(8), scores(0.1, 0.9)], ANCHORS, { width: 80, height: 400 });
  assert.is(tall, undefined, 'from column 100 on there is no photograph');
  const outside = Float32Array.of(-6, -6, 0, 0, 0, 0, 0, 0);
  isBox(decodeFaces([outside, scores(0.9, 0.1)], ANCHORS, SQUARE)[0]!.box, 0, 0, 20, 20);
});

test('of boxes that overlap by more than one half only the best stays', () => {
  // The same anchor three times, at 0, 0.3 and 0.65 of its width. Boxes d apart overlap by (1 - d) / (1 + d): the first
  // two by 0.54, the last two by 0.48.
  const anchors = Float32Array.from([1, 2, 3].flatMap(() => [0.2, 0.2, 0.4, 0.4]));
  const codes = Float32Array.of(0, 0, 0, 0, 0, 3, 0, 0, 0, 6.5, 0, 0);
  const kept = decodeFaces([codes, scores(0.7, 0.9, 0.8)], anchors, SQUARE);
  assert.equal(
    kept.map(({ score }) => Math.round(score * 10)),
    [9, 8],
  );
  const other = decodeFaces([codes, scores(0.9, 0.8, 0.7)], anchors, SQUARE);
  assert.equal(
    other.map(({ score }) => Math.round(score * 10)),
    [9, 7],
    'what was dropped drops nothing',
  );
});

test('overlap by hand', () => {
  const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });
  assert.is(overlap(box(0, 0, 2, 2), box(0, 0, 2, 2)), 1);
  near(overlap(box(0, 0, 2, 2), box(1, 1, 3, 3)), 1 / 7);
  assert.is(overlap(box(0, 0, 1, 1), box(1, 0, 2, 1)), 0);
  assert.is(overlap(box(0, 0, 0, 5), box(0, 0, 0, 5)), 0);
});

test('outputs of the wrong length and thresholds out of range are refused', () => {
  const codes = new Float32Array(8);
  assert.throws(() => decodeFaces([codes, scores(0.9)], ANCHORS, SQUARE), /class outputs need 6 numbers/);
  assert.throws(() => decodeFaces([codes.subarray(1), scores(0.9, 0.9)], ANCHORS, SQUARE), /box outputs need 8/);
  for (const wrong of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => decodeFaces([codes, scores(0.9, 0.9)], ANCHORS, SQUARE, wrong), /minConfidence/);
  }
});

test('the input is 2 * pixel - 255, with black added on the right or at the bottom', () => {
  const grey = (width: number, height: number, value: number): Image => {
    return { width, height, pixels: new Uint8Array(3 * width * height).fill(value) };
  };
  const white = prepareFaceInput(grey(512, 256, 255));
  assert.is(white.length, 512 * 512 * 3);
  assert.ok(white.subarray(0, 512 * 256 * 3).every((value) => value === 255));
  assert.ok(white.subarray(512 * 256 * 3).every((value) => value === -255));
  const tall = prepareFaceInput(grey(100, 512, 128));
  assert.equal([...tall.subarray(3 * 99, 3 * 101)], [1, 1, 1, -255, -255, -255]);
  // Four places per pixel: 0, 1/4, 1/2, 3/4, 1. Halves are rounded up.
  const pixels = Uint8Array.from({ length: 3 * 128 * 128 }, (_, at) => Math.floor(at / 3) % 2);
  const steps = prepareFaceInput({ width: 128, height: 128, pixels });
  assert.equal(
    [0, 1, 2, 3, 4].map((place) => steps[3 * place]!),
    [-255, -254, -254, -253, -253],
  );
});
