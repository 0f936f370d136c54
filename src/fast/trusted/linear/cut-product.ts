/** How a matrix product is cut into chunks. */

/** Rows of one tile: they should stay in the second-level cache while every block of columns passes by. */
const TILE_BYTES = 2 ** 17;

/** Chunks per thread when there is enough work. */
const CHUNKS_PER_THREAD = 4;

/** How many pixels make a tile: a multiple of 4, so that full register blocks are the rule. */
export function tileOf(bytesPerPixel: number): number {
  return Math.max(4, Math.floor(TILE_BYTES / bytesPerPixel / 4) * 4);
}

/** Pixels and columns of a chunk. Columns are cut only where pixels alone would leave threads without work. */
export function cutProduct(
  pixels: number,
  columns: number,
  groups: number,
  bytesPerPixel: number,
  threads: number,
): { tile: number; columnTile: number } {
  const most = Math.min(tileOf(bytesPerPixel), pixels);
  if (threads === 1) return { tile: most, columnTile: columns };
  const wanted = Math.ceil((threads * CHUNKS_PER_THREAD) / groups);
  const tile = Math.min(most, Math.max(16, Math.ceil(pixels / wanted / 4) * 4));
  const parts = Math.ceil(wanted / Math.ceil(pixels / tile));
  return { tile, columnTile: Math.min(columns, Math.max(32, Math.ceil(columns / parts / 8) * 8)) };
}
