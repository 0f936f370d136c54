/** The name of a network: a hash of what it computes. */
import { sha256 } from '@noble/hashes/sha2';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { encodeNetwork } from './encode-network.js';

const known = new WeakMap<QuantizedNetwork, string>();

/** Lower-case hexadecimal. */
export function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Says what the hash of a network is, where it is known because the file that held it was hashed. */
export function rememberHash(network: QuantizedNetwork, hash: string): void {
  known.set(network, hash);
}

/**
 * The SHA-256, as 64 hexadecimal digits, of the network part of its file: prologue, structure and tensors. The same network has
 * the same hash whatever file, format or importer it came from: names of the network, its tensors and its layers do not
 * count, nor do labels, preprocessing and origin; everything that decides about an output integer or its scale does.
 * It is computed when it is first asked for, and kept.
 * @throws TypeError when a field is not of its type or range; a network that was validated has a hash
 */
export function networkHash(network: QuantizedNetwork): string {
  const ready = known.get(network);
  if (ready !== undefined) return ready;
  const hash = sha256.create();
  for (const piece of encodeNetwork(network)) hash.update(piece);
  const name = hexadecimal(hash.digest());
  known.set(network, name);
  return name;
}
