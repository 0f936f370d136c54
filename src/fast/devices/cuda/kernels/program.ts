/** The whole CUDA C++ program: one source, compiled once for each kind of card. */
import { arithmetic, VARIANTS, type Variant } from './arithmetic.js';
import { direct } from './direct.js';
import { finish } from './finish.js';
import { gather } from './gather.js';
import { split } from './split.js';
import { words } from './words.js';

/** The kernels by purpose. */
export type KernelName = 'split' | 'gather' | 'finish' | 'direct';

/** An entry point of the program. */
export type EntryPoint = `${KernelName}_${Variant}`;

/** The parts that every kernel's source needs before its own. */
const SHARED = `${arithmetic}${words}`;

/** Each kernel's own text, for compiling it alone. */
export const kernelSources: Readonly<Record<KernelName, string>> = {
  split: SHARED + split,
  gather: SHARED + gather,
  finish: SHARED + finish,
  direct: SHARED + direct,
};

/** CUDA C++ without any header. */
export const program = `${SHARED}${split}${gather}${finish}${direct}`;

/** Everything the program exports. */
export const entryPoints: readonly EntryPoint[] = (['split', 'gather', 'finish', 'direct'] as const).flatMap((kernel) =>
  VARIANTS.map((variant): EntryPoint => `${kernel}_${variant}`),
);
