/** Any function of one entry, as a table: the sigmoid and its like, already rounded to the scales of input and output. */

/** See `LookupOperation`; every entry of x lies in [minimum, minimum + table.length - 1]. */
export function lookup(x: readonly bigint[], minimum: number, table: Int16Array): bigint[] {
  return x.map((value) => BigInt(table[Number(value) - minimum]!));
}
