/** Waiting for a device, but not for ever: its failures and its silence both become a `DeviceError`. */
import { DeviceError, deviceReason } from './errors.js';

/**
 * What `work` resolves to.
 * @throws DeviceError when it rejects or throws (a DeviceError of its own is passed on), or takes longer than `limitMs`
 */
export async function askDevice<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeviceError(`The device did not answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    throw new DeviceError(`The device failed: ${deviceReason(error)}`);
  } finally {
    clearTimeout(timer);
  }
}
