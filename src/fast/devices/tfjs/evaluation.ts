/** How a loaded map is evaluated; `device.ts` has checked lengths and types before. */
import type { DeviceInput, DeviceOutput } from '../../../protocol/device.js';

/** Called whenever other things may have happened: throws if the map may not go on, makes its backend the current one. */
export type Resume = () => void;

export interface Evaluation {
  /** L of `count` inputs back to back. `resume` is called first, and after every wait. */
  apply(x: DeviceInput, count: number, resume: Resume): Promise<DeviceOutput>;
  dispose(): void;
}
