/** What one side holds when a layer begins: as a picture and as a histogram of every number. */
import { inputLength, type LinearMap } from '../../../src/model/linear-map.js';
import { type Histogram, histogram } from './histogram.js';
import { type Extent, type Mosaic, mosaic } from './mosaic.js';

/** One side's view of one layer's input. */
export interface Snapshot {
  /** The linear layer, counted from 0. */
  readonly layer: number;
  readonly extent: Extent;
  readonly histogram: Histogram;
  readonly mosaic: Mosaic;
}

function extentOf(map: LinearMap): Extent {
  return map.kind === 'convolution' ? map.input : { height: 1, width: 1, channels: inputLength(map) };
}

/** @param values the layer's whole input, in [minimum, end) */
export function snapshot(
  layer: number,
  map: LinearMap,
  values: Int16Array | Uint32Array,
  minimum: number,
  end: number,
): Snapshot {
  const extent = extentOf(map);
  return {
    layer,
    extent,
    histogram: histogram(values, minimum, end),
    mosaic: mosaic(values, extent, minimum, end),
  };
}
