/** Bilinear resizing. */
import type { InterpolateOperation, Interpolation } from '../model/trusted-operations.js';
import { roundedShift } from './rounding.js';

/** See `InterpolateOperation`; the image is row-major with `width` columns and the channels last. */
export function interpolate(
  x: readonly bigint[],
  width: number,
  channels: number,
  { rows, columns }: Pick<InterpolateOperation, 'rows' | 'columns'>,
): bigint[] {
  const ends = ({ lower, upper, weights }: Interpolation, at: number): [number, bigint][] => [
    [lower[at]!, 1024n - BigInt(weights[at]!)],
    [upper[at]!, BigInt(weights[at]!)],
  ];
  return Array.from(rows.lower, (_, row) =>
    Array.from(columns.lower, (_, column) =>
      Array.from({ length: channels }, (_, channel) => {
        let sum = 0n;
        for (const [y, vertical] of ends(rows, row)) {
          for (const [z, horizontal] of ends(columns, column)) {
            sum += x[(y * width + z) * channels + channel]! * vertical * horizontal;
          }
        }
        return roundedShift(sum, 20);
      }),
    ),
  ).flat(2);
}
