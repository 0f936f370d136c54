/**
 * The order in which `multiply` reads weights: blocks of 8 columns; inside a block pairs of depths; inside a pair, for each
 * of the 8 columns, its two weights next to each other. Missing columns and depths are zeros that the caller wrote before.
 *
 * For L a column is an output and the depth runs over its terms; for the transpose of L it is the other way round.
 */

/** Places rows `first` to `first + rows` of a matrix with `terms` entries a row; `pairs` is the padded depth / 2. */
export function pack(
  source: usize,
  first: i32,
  rows: i32,
  terms: i32,
  pairs: i32,
  transposed: i32,
  packed: usize,
): void {
  for (let row = first; row < first + rows; row++) {
    for (let term = 0; term < terms; term++, source += 2) {
      const column = <usize>(transposed ? term : row);
      const depth = <usize>(transposed ? row : term);
      const at = ((((column >> 3) * <usize>pairs + (depth >> 1)) << 4) | ((column & 7) << 1) | (depth & 1)) << 1;
      store<i16>(packed + at, load<i16>(source));
    }
  }
}

/** A matrix with `terms` entries a row, turned so that term comes first: packed[term * pitch + row]. */
export function packTaps(source: usize, first: i32, rows: i32, terms: i32, pitch: i32, packed: usize): void {
  for (let row = first; row < first + rows; row++) {
    for (let term = 0; term < terms; term++, source += 2) {
      store<i16>(packed + ((<usize>term * <usize>pitch + <usize>row) << 1), load<i16>(source));
    }
  }
}
