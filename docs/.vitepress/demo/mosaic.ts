/** The numbers that enter a layer as a picture: a colour picture for three channels, else one grey tile per channel. */

/** Rows, columns, channels. */
export interface Extent {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A square picture of `side * side` pixels, red, green, blue and opacity. */
export interface Mosaic {
  readonly side: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** How many of the channels are in it. */
  readonly channels: number;
}

const SIDE = 256;
const LARGEST_TILE = 64;
const SMALLEST_TILE = 16;

/** The entry that a place of a tile shows: the nearest one. */
function nearest(place: number, tile: number, length: number): number {
  return Math.min(length - 1, Math.floor(((place + 0.5) * length) / tile));
}

/** Draws values of [minimum, end); dark is small. Tiles that no channel fills stay transparent. */
export function mosaic(values: ArrayLike<number>, extent: Extent, minimum: number, end: number): Mosaic {
  const { height, width, channels } = extent;
  const colour = channels === 3;
  const tile = colour ? SIDE : Math.max(SMALLEST_TILE, Math.min(LARGEST_TILE, Math.max(height, width)));
  const perRow = SIDE / 2 ** Math.ceil(Math.log2(tile));
  const step = SIDE / perRow;
  const shown = colour ? 3 : Math.min(channels, perRow * perRow);
  const pixels = new Uint8ClampedArray(4 * SIDE * SIDE);
  const scale = 255 / (end - 1 - minimum);
  const value = (row: number, column: number, channel: number): number =>
    (values[(row * width + column) * channels + channel]! - minimum) * scale;
  for (let number = 0; number < (colour ? 1 : shown); number++) {
    // Evenly spread over all channels.
    const channel = Math.floor((number * channels) / shown);
    const top = Math.floor(number / perRow) * step;
    const left = (number % perRow) * step;
    for (let y = 0; y < step; y++) {
      for (let x = 0; x < step; x++) {
        const row = nearest(y, step, height);
        const column = nearest(x, step, width);
        const at = 4 * ((top + y) * SIDE + left + x);
        for (let part = 0; part < 3; part++) pixels[at + part] = value(row, column, colour ? part : channel);
        pixels[at + 3] = 255;
      }
    }
  }
  return { side: SIDE, pixels, channels: shown };
}
