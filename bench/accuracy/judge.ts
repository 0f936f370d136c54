/** What the rows say, in a table for a person, and what must not be in them. */
import { table } from '../../src/cli/table.js';
import type { Row } from './results.js';

/** Float and quantized top-1 may differ by so many percentage points, or by one picture of a small subset. */
const MOST_POINTS = 0.5;

/** What is wrong with the rows; nothing when all is well. */
export function complaints(rows: readonly Row[]): string[] {
  return rows.flatMap(({ network, images, differencePoints, layers, outsourced, ...row }) => [
    ...(['verified', 'private'] as const)
      .filter((mode) => row[mode].differingImages > 0)
      .map((mode) => `${network}: ${row[mode].differingImages} images have other logits ${mode} than in the clear`),
    ...(outsourced === layers ? [] : [`${network}: only ${outsourced} of ${layers} layers were outsourced`]),
    ...(Math.abs(differencePoints) > Math.max(MOST_POINTS, 100 / images)
      ? [`${network}: float and quantized differ by ${differencePoints} percentage points, more than ${MOST_POINTS}`]
      : []),
  ]);
}

/** One column per network. */
export function textOf(rows: readonly Row[]): string {
  const share = (value: number): string => `${value.toFixed(2)} %`;
  const lines: (readonly [string, (row: Row) => string])[] = [
    ['parameters', ({ parameters }) => parameters.toLocaleString('en')],
    ['file, bytes', ({ fileBytes }) => fileBytes.toLocaleString('en')],
    ['images', ({ images }) => images.toLocaleString('en')],
    ['float top-1', ({ float }) => share(float.top1)],
    [
      'onnxruntime-node disagrees on',
      ({ runtime }) => (runtime === null ? 'not installed' : String(runtime.disagreeing)),
    ],
    ['quantized top-1, in the clear', ({ quantized }) => share(quantized.top1)],
    ['difference, percentage points', ({ differencePoints }) => differencePoints.toFixed(2)],
    ['verified top-1', ({ verified }) => share(verified.top1)],
    ['private top-1', ({ private: hidden }) => share(hidden.top1)],
    [
      'images with a differing logit',
      ({ verified, private: hidden }) => `${verified.differingImages} and ${hidden.differingImages}`,
    ],
    ['linear layers outsourced', ({ layers, outsourced }) => `${outsourced} of ${layers}`],
    ['soundness, bits', ({ soundnessBits }) => String(soundnessBits)],
  ];
  return table(
    ['', ...rows.map(({ network }) => network)],
    lines.map(([name, cell]) => [name, ...rows.map(cell)]),
  );
}
