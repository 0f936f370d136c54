/** The first thing that happens to a device's answer, before anything else reads it. */

const typedArray: object = Object.getPrototypeOf(Uint32Array.prototype);
const slot = (name: string | symbol): (() => unknown) => Object.getOwnPropertyDescriptor(typedArray, name)!.get!;
const tagOf = slot(Symbol.toStringTag);
const lengthOf = slot('length');
const bufferOf = slot('buffer');
const offsetOf = slot('byteOffset');

/**
 * A plain array over the answer's entries if it is of the right type and length; otherwise null, a reject. Asked of the
 * internal slots: a forged prototype, tag, `length` or method of the answer does not count, and none of its code runs.
 * The entries may still change until they are read, so whoever reads them reads each once (`TrustedArithmetic.incoming`).
 */
export function openAnswer(
  answer: unknown,
  kind: 'Int32Array' | 'Uint32Array',
  length: number,
): Int32Array | Uint32Array | null {
  if (tagOf.call(answer) !== kind || lengthOf.call(answer) !== length) return null;
  const type = kind === 'Int32Array' ? Int32Array : Uint32Array;
  try {
    return new type(bufferOf.call(answer) as ArrayBuffer, offsetOf.call(answer) as number, length);
  } catch {
    return null; // a growable buffer can change its length between the two lines above
  }
}
