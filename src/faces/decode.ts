/** From the detector's twelve outputs to faces in the pixels of the photograph. */
import type { Box } from '../pictures/canvas.js';
import { CLASSES, NUMBERS_PER_BOX } from './detector.js';

/** A face on a photograph. */
export interface Face {
  /** In pixels of the original photograph, and inside it. */
  readonly box: Box;
  /** The detector's confidence, from 0 to 1. */
  readonly score: number;
}

/** What must be known about the photograph. */
export interface PhotoSize {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** Two boxes that overlap more than this are the same face. */
const SAME_FACE = 0.5;
const MOST_FACES = 100;
/** What the detector was trained to divide its predictions by. */
const CENTRE_SCALE = 10;
const SIZE_SCALE = 5;
const FACE_CLASS = 1;

/** Area in both over area in either, 0 when one of the two is empty. */
export function overlap(a: Box, b: Box): number {
  const area = ({ left, top, right, bottom }: Box): number => Math.max(0, right - left) * Math.max(0, bottom - top);
  const both = area({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  return both === 0 ? 0 : both / (area(a) + area(b) - both);
}

/** Of boxes that overlap by more than `same` only the best, at most `most`, best first. */
export function bestFaces(candidates: readonly Face[], same: number, most: number): Face[] {
  const kept: Face[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    if (kept.length === most) break;
    if (kept.every(({ box }) => overlap(box, candidate.box) <= same)) kept.push(candidate);
  }
  return kept;
}

/** anchor: top, left, bottom, right; code: centre shift y, x in tenths of the size, logarithm of the size in fifths. */
function decodeBox(anchors: Float32Array, codes: Float32Array, index: number): Box {
  const at = index * NUMBERS_PER_BOX;
  const height = anchors[at + 2]! - anchors[at]!;
  const width = anchors[at + 3]! - anchors[at + 1]!;
  const y = anchors[at]! + height / 2 + (codes[at]! / CENTRE_SCALE) * height;
  const x = anchors[at + 1]! + width / 2 + (codes[at + 1]! / CENTRE_SCALE) * width;
  const halfHeight = (Math.exp(codes[at + 2]! / SIZE_SCALE) * height) / 2;
  const halfWidth = (Math.exp(codes[at + 3]! / SIZE_SCALE) * width) / 2;
  return { top: y - halfHeight, left: x - halfWidth, bottom: y + halfHeight, right: x + halfWidth };
}

function joined(parts: readonly Float32Array[], what: string, expected: number): Float32Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length !== expected) throw new RangeError(`the ${what} outputs need ${expected} numbers together, not ${length}`);
  const all = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The part of a box that lies on the photograph, in its pixels. The photograph was extended to a square on the right or
 * at the bottom, so one scale serves both directions.
 */
export function onPhoto(box: Box, photo: PhotoSize): Box {
  const side = Math.max(photo.width, photo.height);
  const within = (fraction: number, length: number): number => Math.min(Math.max(0, fraction * side), length);
  return {
    left: within(box.left, photo.width),
    top: within(box.top, photo.height),
    right: within(box.right, photo.width),
    bottom: within(box.bottom, photo.height),
  };
}

/**
 * Decodes boxes, keeps confident ones, and keeps of boxes that overlap by more than one half only the best.
 * @param outputs the real values of the detector's outputs: six box tensors, then six class tensors
 * @param anchors see `faceAnchors` @param photo the size of the photograph before it was padded to a square
 * @param minConfidence only scores above it are faces; from 0 to 1
 * @returns faces, best first; none that lies wholly outside the photograph
 * @throws RangeError when an array has the wrong length or `minConfidence` is out of range
 */
export function decodeFaces(
  outputs: readonly Float32Array[],
  anchors: Float32Array,
  photo: PhotoSize,
  minConfidence = 0.5,
): Face[] {
  if (!(minConfidence >= 0 && minConfidence <= 1)) throw new RangeError('minConfidence must be from 0 to 1');
  const half = outputs.length / 2;
  const count = anchors.length / NUMBERS_PER_BOX;
  const codes = joined(outputs.slice(0, half), 'box', count * NUMBERS_PER_BOX);
  const logits = joined(outputs.slice(half), 'class', count * CLASSES);
  const candidates: Face[] = [];
  for (let index = 0; index < count; index++) {
    const score = 1 / (1 + Math.exp(-logits[index * CLASSES + FACE_CLASS]!));
    if (score > minConfidence) candidates.push({ box: decodeBox(anchors, codes, index), score });
  }
  // Until here boxes are fractions of the square picture the detector saw.
  return bestFaces(candidates, SAME_FACE, MOST_FACES)
    .map(({ box, score }) => ({ box: onPhoto(box, photo), score }))
    .filter(({ box }) => box.right > box.left && box.bottom > box.top);
}
