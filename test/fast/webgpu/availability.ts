/** Whether this machine has WebGPU; the reason goes into the line of a skipped test. */
import './software-vulkan.js';
import { describeWebgpu, type WebgpuDescription } from '../../../src/fast/devices/webgpu/index.js';
import type { Test } from '../../suite.js';

async function find(): Promise<WebgpuDescription | Error> {
  try {
    return await describeWebgpu();
  } catch (error) {
    return error as Error;
  }
}

/** What there is, or why there is nothing. */
export const found: WebgpuDescription | Error = await find();

const required = (process.env.SLALOM_REQUIRE ?? '').split(',').includes('webgpu');

/** Registers a test that needs an adapter: skipped where there is none, failed if `SLALOM_REQUIRE` names webgpu. */
export function withAdapter(test: Test, name: string, handler: () => Promise<void>, limitMs?: number): void {
  if (!(found instanceof Error)) test(name, handler, limitMs);
  else if (required) {
    test(name, () => {
      throw found;
    });
  } else test.skip(name, found.message);
}
