/** How work is cut so that every thread gets some and chunks stay worth their while. */

/** Chunks per thread when there is enough work: a thread that is held up then delays the others little. */
const CHUNKS_PER_THREAD = 4;

/** Shorter stretches cost more in calls than they give. */
const SMALLEST = 512;

/**
 * Entries per chunk: a multiple of 8, `most` when there is plenty of work, fewer when all threads would not get some.
 */
export function tileFor(length: number, most: number, threads: number): number {
  const fair = Math.ceil(length / (threads * CHUNKS_PER_THREAD) / 8) * 8;
  return threads === 1 ? most : Math.min(most, Math.max(SMALLEST, fair));
}

/** Rows per chunk, of `count` images with `rows` rows of `rowEntries` entries: chunks of at least SMALLEST entries. */
export function rowsFor(rows: number, rowEntries: number, count: number, threads: number): number {
  if (threads === 1) return rows;
  const fair = Math.ceil((rows * count) / (threads * CHUNKS_PER_THREAD));
  return Math.min(rows, Math.max(1, fair, Math.ceil(SMALLEST / rowEntries)));
}
