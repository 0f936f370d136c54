/** From the tiny detector's output to faces in the pixels of the photograph. */
import { bestFaces, type Face, onPhoto, type PhotoSize } from './decode.js';
import { BOXES_PER_CELL, TINY_NUMBERS_PER_BOX } from './tiny-detector.js';

/** Width and height of the boxes that a cell's predictions are relative to, in cells. */
const SIZES: readonly (readonly [width: number, height: number])[] = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
];
/** Two boxes that overlap more than this are the same face. */
const SAME_FACE = 0.4;

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/**
 * Decodes boxes, keeps confident ones, and keeps of boxes that overlap by more than two fifths only the best.
 * @param output the real values of the network's output @param photo the size of the photograph before it was padded to a square
 * @param minConfidence only scores above it are faces; from 0 to 1
 * @returns faces, best first; none that lies wholly outside the photograph
 * @throws RangeError when the output is not made of square maps of boxes, or `minConfidence` is out of range
 */
export function decodeTinyFaces(output: Float32Array, photo: PhotoSize, minConfidence = 0.5): Face[] {
  if (!(minConfidence >= 0 && minConfidence <= 1)) throw new RangeError('minConfidence must be from 0 to 1');
  const cells = Math.sqrt(output.length / (BOXES_PER_CELL * TINY_NUMBERS_PER_BOX));
  if (!Number.isSafeInteger(cells)) throw new RangeError(`the output has ${output.length} numbers, not 25 per cell`);
  const candidates: Face[] = [];
  for (let index = 0; index < output.length / TINY_NUMBERS_PER_BOX; index++) {
    const [x, y, width, height, logit] = output.subarray(
      index * TINY_NUMBERS_PER_BOX,
      (index + 1) * TINY_NUMBERS_PER_BOX,
    );
    const score = sigmoid(logit!);
    if (!(score > minConfidence)) continue;
    const cell = Math.floor(index / BOXES_PER_CELL);
    const size = SIZES[index % BOXES_PER_CELL]!;
    const centreX = ((cell % cells) + sigmoid(x!)) / cells;
    const centreY = (Math.floor(cell / cells) + sigmoid(y!)) / cells;
    const halfWidth = (Math.exp(width!) * size[0]) / cells / 2;
    const halfHeight = (Math.exp(height!) * size[1]) / cells / 2;
    const box = {
      left: centreX - halfWidth,
      top: centreY - halfHeight,
      right: centreX + halfWidth,
      bottom: centreY + halfHeight,
    };
    candidates.push({ box, score });
  }
  return bestFaces(candidates, SAME_FACE, candidates.length)
    .map(({ box, score }) => ({ box: onPhoto(box, photo), score }))
    .filter(({ box }) => box.right > box.left && box.bottom > box.top);
}
