/** The name of a session's maps: pads are bound to it. */
import { sha256 } from '@noble/hashes/sha2';
import type { LinearMap } from '../model/linear-map.js';

/**
 * SHA-256, as 64 hexadecimal digits, over the maps in their order: of each its fields as JSON with sorted names, and in place
 * of the weights the SHA-256 of their bytes, 16 bits each, little endian. Two lists of maps have the same name only if they
 * are the same maps in the same order.
 */
export async function mapsHash(maps: readonly LinearMap[]): Promise<string> {
  const lines: string[] = ['slalom maps 1'];
  for (const map of maps) lines.push(JSON.stringify(sorted({ ...map, weights: await digest(bytesOf(map.weights)) })));
  return digest(new TextEncoder().encode(lines.join('\n')));
}

/** As they lie in memory: every platform that runs this is little endian. Memory that is shared is copied, digests take no other. */
function bytesOf(weights: Int16Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = weights.buffer instanceof ArrayBuffer ? weights : weights.slice();
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Pages that did not come over a secure connection have no `subtle`.
  const subtle = globalThis.crypto?.subtle;
  const hash = subtle === undefined ? sha256(bytes) : new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
