/** Table look-ups on arrays in trusted memory. Where in the table is read depends on private values: see SECURITY.md. */

/** out[i] = table[x[i] - minimum]; the ranges were checked when the network was opened. */
export function lookup(table: Int16Array, minimum: number, x: Int16Array, out: Int16Array): void {
  for (let index = 0; index < x.length; index++) out[index] = table[x[index]! - minimum]!;
}
