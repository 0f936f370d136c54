/** One queue of work on the card, with scratch memory of its own. What is in one lane happens in order. */
import type { CudaContext } from './context.js';
import type { Pointer } from './koffi.js';

/** What scratch memory is for: entries as they arrived, their digits, sums of products, answers. */
export type Scratch = 'x' | 'digits' | 'sums' | 'y';

/** Blocks grow in steps of this, so that they seldom grow. */
const STEP_BYTES = 2 ** 20;

interface Block {
  readonly address: Pointer;
  readonly bytes: number;
  readonly free: () => void;
}

/** A stream, a cuBLAS handle, and blocks that only grow. Several lanes overlap: one copies while another computes. */
export class Lane {
  readonly stream: Pointer;
  readonly blas: Pointer;
  readonly #context: CudaContext;
  readonly #blocks = new Map<Scratch, Block>();

  constructor(context: CudaContext) {
    const { driver, cleanup, blas } = context;
    this.#context = context;
    const stream = driver.createStream();
    cleanup.add(() => driver.destroyStream(stream));
    const handle = blas.create(stream);
    cleanup.add(() => blas.destroy(handle));
    this.stream = stream;
    this.blas = handle;
  }

  /** Memory for work that is about to be queued here. Its content is what earlier work in this lane left. */
  scratch(name: Scratch, bytes: number): Pointer {
    const known = this.#blocks.get(name);
    if (known !== undefined && known.bytes >= bytes) return known.address;
    const { driver, cleanup } = this.#context;
    const size = Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
    // Freeing waits until the card no longer uses the old block.
    this.#blocks.delete(name);
    known?.free();
    const address = driver.allocate(size);
    this.#blocks.set(name, { address, bytes: size, free: cleanup.add(() => driver.free(address)) });
    return address;
  }

  /** Waits until the lane is empty, whatever state it is in. For use after a failure only: it blocks. */
  drain(): void {
    try {
      this.#context.enter();
      this.#context.driver.synchronize(this.stream);
    } catch {
      // A lane that cannot even be waited for runs nothing any more.
    }
  }
}
