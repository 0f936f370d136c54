/** Memory outside the kernels' that helpers get to know. */

/** Memory that is to be known under a number, or that is forgotten when there is no buffer. */
export interface ForeignMemory {
  readonly id: number;
  readonly buffer?: SharedArrayBuffer;
}
