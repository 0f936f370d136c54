/** Repeatable bytes for tests: AES-256-CTR under a key made from a number. Never used outside tests. */
import { createCipheriv, createHash } from 'node:crypto';
import type { Randomness } from '../src/protocol/index.js';

export function seededRandomness(seed: number): Randomness {
  const key = createHash('sha256').update(`slalom test ${seed}`).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return {
    fill(bytes: Uint8Array): void {
      bytes.set(stream.update(Buffer.alloc(bytes.length)));
    },
  };
}
