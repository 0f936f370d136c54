/** A table of int16 entries as the kernels read it. */
import { anArray, anInteger } from '../../../boundary/validators.js';
import type { Frame } from '../memory.js';

/** A table of so many entries or fewer is read whole for every entry of x. */
const SMALL_TABLE = 256;

/** Low bytes, then high bytes, of a small table; zeros where it has no entries. */
function planesOf(table: Int16Array): Int16Array {
  const bytes = new Uint8Array(2 * SMALL_TABLE);
  table.forEach((entry, place) => {
    bytes[place] = entry & 255;
    bytes[SMALL_TABLE + place] = (entry >> 8) & 255;
  });
  return new Int16Array(bytes.buffer);
}

/**
 * Places a table in the frame.
 * @param minimum the integer whose entry is the first
 * @throws TypeError or RangeError when the table has no entries, more than 2^16, or some for what is no int16
 */
export function placedTable(frame: Frame, table: Int16Array, minimum: number) {
  anArray(table, Int16Array, 'table');
  anInteger(table.length, 'the table has entries', 1, 2 ** 16);
  anInteger(minimum, 'minimum', -32768, 32768 - table.length);
  const small = table.length <= SMALL_TABLE;
  return {
    table: frame.input(small ? planesOf(table) : table),
    minimum,
    /** 0: a table that is read where entries say. */
    parts: small ? Math.ceil(table.length / 16) : 0,
    narrow: Number(small && table.every((entry) => entry >= -128 && entry <= 127)),
  };
}
