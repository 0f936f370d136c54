/** Devices by name. */
import { wasmDevice } from '../fast/index.js';
import type { Device } from '../protocol/index.js';
import { referenceDevice } from '../reference/index.js';
import { UsageError } from './exit.js';

const devices: Record<string, () => Promise<Device>> = {
  wasm: () => wasmDevice(),
  reference: async () => referenceDevice(),
};

/** The names `--device` takes. */
export const deviceNames: readonly string[] = Object.keys(devices);

/**
 * Returns `name` if there is such a device.
 * @throws UsageError otherwise
 */
export function aDeviceName(name: string): string {
  if (!Object.hasOwn(devices, name)) {
    throw new UsageError(`There is no device called "${name}"; there are: ${deviceNames.join(', ')}.`);
  }
  return name;
}

/** Opens the device with that name. */
export function openDevice(name: string): Promise<Device> {
  return devices[aDeviceName(name)]!();
}
