/** The first thing that happens to a device's answer, before anything else reads it. */

const typedArray: object = Object.getPrototypeOf(Uint32Array.prototype);
const tagOf = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)!.get!;
const lengthOf = Object.getOwnPropertyDescriptor(typedArray, 'length')!.get!;

/**
 * Copies the answer into `out`, which is trusted memory, if it is of the right type and length; otherwise false, a reject.
 * The copy is the only time the device's memory is read: what is checked afterwards is the very memory that is used.
 * Canonical range is judged on the copy, so a device that changes its memory meanwhile changes nothing.
 */
export function copyAnswer(answer: unknown, out: Uint32Array | Int32Array): boolean {
  // Asked of the internal slots: a forged prototype, tag or `length` property does not count.
  if (tagOf.call(answer) !== (out instanceof Uint32Array ? 'Uint32Array' : 'Int32Array')) return false;
  if (lengthOf.call(answer) !== out.length) return false;
  try {
    out.set(answer as Uint32Array | Int32Array);
  } catch {
    return false; // a growable buffer can change its length between the two lines above
  }
  return true;
}
