/** Must be imported before uvu: tells it to wait, and gives it the queue that `main.ts` works through. */
type Runner = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const globals = globalThis as unknown as { UVU_DEFER: number; UVU_QUEUE: (Runner | null)[][] };
globals.UVU_DEFER = 1;
globals.UVU_QUEUE = [[]];

/** What uvu queued, in order. */
export const queue = (): Runner[] => globals.UVU_QUEUE[0]!.filter((runner) => runner !== null);
