/** Devices that a machine may lack: absence is printed and counted, or a failure where SLALOM_REQUIRE names the device. */
import { existsSync } from 'node:fs';
import { openDevice } from '../src/cli/devices.js';
import { type Device, DeviceUnavailableError } from '../src/protocol/index.js';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;

/** The devices that must be there, as in SLALOM_REQUIRE=wasm,webgpu. */
export const requiredDevices: readonly string[] = (process.env.SLALOM_REQUIRE ?? '')
  .split(',')
  .filter((name) => name !== '');

/** The device, or why this machine does not have it. Throws when it is required. */
export async function openIfPresent(name: string): Promise<Device | string> {
  try {
    return await openDevice(name);
  } catch (error) {
    if (!(error instanceof DeviceUnavailableError) || requiredDevices.includes(name)) throw error;
    return error.message.split('\n')[0]!;
  }
}
