/** From the detector's twelve outputs to faces in the pixels of the photograph. */
import { CLASSES, NUMBERS_PER_BOX } from './detector.js';

/** A rectangle in pixels of the original photograph. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Face {
  readonly box: Box;
  /** The detector's confidence, from 0 to 1. */
  readonly score: number;
}

/** What must be known about the photograph. */
export interface PhotoSize {
  readonly width: number;
  readonly height: number;
}

/** Corners as fractions of the square picture the detector saw. */
interface Corners {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
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
  const shared = (start: number, length: number, otherStart: number, otherLength: number): number =>
    Math.max(0, Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart));
  const areaA = a.width * a.height;
  const areaB = b.width * b.height;
  if (areaA <= 0 || areaB <= 0) return 0;
  const both = shared(a.left, a.width, b.left, b.width) * shared(a.top, a.height, b.top, b.height);
  return both / (areaA + areaB - both);
}

/** anchor: top, left, bottom, right; code: centre shift y, x in tenths of the size, logarithm of the size in fifths. */
function decodeBox(anchors: Float32Array, codes: Float32Array, index: number): Corners {
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

const asBox = ({ top, left, bottom, right }: Corners): Box => ({
  left,
  top,
  width: right - left,
  height: bottom - top,
});

/**
 * The part of a box that lies on the photograph, in its pixels. The photograph was extended to a square on the right or
 * at the bottom, so one scale serves both directions.
 */
function onPhoto(corners: Corners, photo: PhotoSize): Box {
  const side = Math.max(photo.width, photo.height);
  const left = Math.min(Math.max(0, corners.left * side), photo.width);
  const top = Math.min(Math.max(0, corners.top * side), photo.height);
  const right = Math.min(Math.max(0, corners.right * side), photo.width);
  const bottom = Math.min(Math.max(0, corners.bottom * side), photo.height);
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Decodes boxes, keeps confident ones, and keeps of boxes that overlap by more than one half only the best.
 * @param outputs the real values of the detector's outputs: six box tensors, then six class tensors
 * @param anchors see `faceAnchors` @param photo the size of the photograph before it was padded to a square
 * @param minConfidence only scores above it are faces; from 0 to 1
 * @returns faces, best first
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
  const candidates: { corners: Corners; score: number }[] = [];
  for (let index = 0; index < count; index++) {
    const score = 1 / (1 + Math.exp(-logits[index * CLASSES + FACE_CLASS]!));
    if (score > minConfidence) candidates.push({ corners: decodeBox(anchors, codes, index), score });
  }
  candidates.sort((a, b) => b.score - a.score);
  const kept: { corners: Corners; score: number }[] = [];
  for (const candidate of candidates) {
    if (kept.length === MOST_FACES) break;
    const box = asBox(candidate.corners);
    if (kept.every((other) => overlap(box, asBox(other.corners)) <= SAME_FACE)) kept.push(candidate);
  }
  return kept.map(({ corners, score }) => ({ box: onPhoto(corners, photo), score }));
}
