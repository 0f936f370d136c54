/** The heap: AssemblyScript's TLSF allocator, which grows the memory by itself and traps when it cannot. */

/** At least `bytes` bytes, 16-byte aligned, with whatever was there before. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

/** Takes back what `allocate` gave. */
export function free(pointer: usize): void {
  heap.free(pointer);
}

/** Zeros. */
export function clear(pointer: usize, bytes: usize): void {
  memory.fill(pointer, 0, bytes);
}

/** The speed every other kernel is measured against. */
export function copy(destination: usize, source: usize, bytes: usize): void {
  memory.copy(destination, source, bytes);
}
