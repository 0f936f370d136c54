/** Memory on the card that outlives a call: weights. */
import type { CudaContext } from './context.js';
import type { Pointer } from './koffi.js';

/** A block on the card. */
export interface DeviceBlock {
  readonly address: Pointer;
  /** Harmless to repeat. It waits until the card no longer uses the block. */
  free(): void;
}

/**
 * Allocates a block.
 * @throws DeviceError when the card's memory is full
 */
export function allocate({ driver, cleanup }: CudaContext, bytes: number): DeviceBlock {
  const address = driver.allocate(bytes);
  const free = cleanup.add(() => driver.free(address));
  return { address, free };
}
