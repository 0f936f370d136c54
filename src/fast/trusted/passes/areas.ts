/** What threads add up each for itself: a flag, and sums modulo q. */
import { CHECK_MODULUS } from '../../../model/modulus.js';
import type { Frame, KernelMemory, ThreadSpace } from '../memory.js';

/** The flags and sums of all threads. */
export interface Areas {
  readonly space: ThreadSpace;
  /** Adds everything up in `sums`; true if no thread raised its flag. */
  collect(sums: Uint32Array): boolean;
}

/** Zeroed areas for `count` sums. They are wiped with the frame. */
export function openAreas(memory: KernelMemory, frame: Frame, count: number): Areas {
  const space = frame.perThread(4 + count * 4, 'zeros');
  const { threads } = memory.team;
  return {
    space,
    collect(sums) {
      let flags = 0;
      sums.fill(0);
      for (let thread = 0; thread < threads; thread++) {
        const area = new Uint32Array(memory.buffer, space.scratch + thread * space.scratchPitch, 1 + count);
        flags |= area[0]!;
        for (let i = 0; i < count; i++) sums[i] = (sums[i]! + area[1 + i]!) % CHECK_MODULUS;
      }
      return flags === 0;
    },
  };
}
