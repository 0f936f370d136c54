/** How a call is cut: tiles of output pixels that are next to each other in the output. */

/** Whole images, or some rows of one, or some columns of one row. */
export interface Tile {
  readonly image: number;
  readonly images: number;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Output pixels of a tile. */
export function pixelsOf(tile: Tile): number {
  return tile.images * tile.rows * tile.columns;
}

function* pieces(length: number, step: number): Generator<[first: number, count: number]> {
  for (let first = 0; first < length; first += step) yield [first, Math.min(step, length - first)];
}

/** Cuts `images` outputs of height x width pixels into tiles of at most `limit` pixels each, and at least one. */
export function* tilesOf(images: number, height: number, width: number, limit: number): Generator<Tile> {
  const perStep = (size: number): number => Math.max(1, Math.floor(limit / size));
  if (height * width <= limit) {
    for (const [image, some] of pieces(images, perStep(height * width))) {
      yield { image, images: some, row: 0, rows: height, column: 0, columns: width };
    }
    return;
  }
  const columnStep = Math.min(width, Math.max(1, limit));
  for (let image = 0; image < images; image++) {
    for (const [row, rows] of pieces(height, perStep(width))) {
      for (const [column, columns] of pieces(width, columnStep)) yield { image, images: 1, row, rows, column, columns };
    }
  }
}
