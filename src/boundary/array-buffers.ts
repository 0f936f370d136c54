/** What a buffer is, asked of its internal slots: constructors differ between realms, and prototypes can be forged. */

function lengthOf(buffer: ArrayBufferLike): (this: ArrayBufferLike) => number {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(buffer), 'byteLength')!.get!;
}

const ordinary = lengthOf(new ArrayBuffer(0));
// Pages that are not cross-origin isolated hide the constructor of shared memory, not the memory.
const shared = lengthOf(new WebAssembly.Memory({ initial: 0, maximum: 0, shared: true }).buffer);

/** True for memory of one thread; false for shared memory. */
export function isOrdinary(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  try {
    ordinary.call(buffer);
    return true;
  } catch {
    return false;
  }
}

/** How many bytes the buffer has now. */
export function byteLengthOf(buffer: ArrayBufferLike): number {
  return isOrdinary(buffer) ? ordinary.call(buffer) : shared.call(buffer);
}

const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!;

/** True for a typed array of any kind and realm. */
export function isTypedArray(value: unknown): boolean {
  return tagOf.call(value) !== undefined;
}
