/**
 * The bytes of a network file, in order; all numbers little-endian. `docs/network-file.md` says the same in prose.
 *
 *     magic 8 | version u32 | structure length u32 | tensors length u64 | zero 8     the prologue, 32 bytes
 *     structure: JSON, then spaces up to a multiple of 64 bytes of the file
 *     tensors: raw arrays, each from a multiple of 64 bytes, zeros between and after them
 *     about length u32 | zero 4 | about: JSON
 *     SHA-256 of everything before it, 32 bytes
 *
 * The network hash is the SHA-256 of the file up to the end of the tensors.
 */

/** As in PNG: a byte beyond ASCII and a line end, so that a file that went through a text channel is recognized as damaged. */
export const MAGIC = Uint8Array.of(0x89, 0x53, 0x4c, 0x41, 0x4c, 0x4f, 0x4d, 0x0a);
export const VERSION = 1;
export const PROLOGUE_BYTES = 32;
export const ABOUT_PROLOGUE_BYTES = 8;
export const DIGEST_BYTES = 32;
/** Every section of the network part, and every array, begins at a multiple of this. */
export const ALIGNMENT = 64;
/** No header is longer: JSON is parsed in memory, many times its own size. */
export const LARGEST_HEADER = 2 ** 26;

/** The next multiple of `ALIGNMENT`. */
export function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** Whether the bytes begin as a network file does; nothing else is looked at. */
export function isNetworkFile(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, index) => bytes[index] === byte);
}
