/** WebGPU as an untrusted device: in browsers, and in Node through Dawn. Integer kernels only, so it is exact everywhere. */
import type { Device, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { aModulus } from '../../../protocol/modulus.js';
import { aLinearMap, type LinearMap } from '../../../reference/linear-map.js';
import { integersFit } from '../../kernels/bounds.js';
import { selfTest } from '../self-test.js';
import { type AdapterOptions, findAdapter, hasPackedDot } from './adapter.js';
import type { Mode } from './bounds.js';
import { Connection } from './connection.js';
import type { WebgpuLimits } from './limits.js';
import { MAXIMUM_TRANSFER_BYTES, WebgpuMap } from './loaded-map.js';
import { planOf } from './plan.js';
import { makeResident } from './resident-map.js';

/** How to open the device. */
export interface WebgpuDeviceOptions extends AdapterOptions {
  /** Lower limits than the adapter's, for tests and for sharing its memory. */
  readonly limits?: Partial<WebgpuLimits>;
  /** False does without `dot4I8Packed` where it is there; by default it is used. */
  readonly packedDot?: boolean;
}

/** Up to so many output pixels a call is computed row by row. */
const FEW_ROWS = 8;

/**
 * Opens the device and tests it with worst-case vectors.
 *
 * Calls may overlap. The limits of the adapter (buffer and binding sizes, dispatch sizes) cut large calls into pieces; they
 * make nothing fail unless a single row of the output, or the weights of one block of channels, exceeds them. `load` refuses
 * a map whose integers may not fit int32 (`'integers'` only) and rejects malformed maps with `TypeError` or `RangeError`.
 * When the GPU is lost, or reports an error, all pending and later calls reject with `DeviceError`.
 *
 * @throws DeviceUnavailableError when this machine has no WebGPU adapter: it says where was looked and what to install;
 * DeviceError when the adapter gives no device, or does not compute exactly
 * @example
 * const device = await webgpuDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function webgpuDevice(options: WebgpuDeviceOptions = {}): Promise<Device> {
  const source = await findAdapter(options);
  const packedDot = hasPackedDot(source.gpu) && options.packedDot !== false;
  const connection = await Connection.open(source, options.limits);

  async function load(map: LinearMap, mode: Mode, fewRows: number): Promise<LoadedMap> {
    aLinearMap(map);
    if (mode !== 'integers') aModulus(mode);
    connection.check();
    if (mode === 'integers' && !integersFit(map)) {
      throw new DeviceError('The webgpu device failed: the map may give integers that do not fit int32.');
    }
    return new WebgpuMap(connection, await makeResident(connection, planOf(map, mode), map, packedDot), fewRows);
  }

  const device: Device = {
    name: 'webgpu',
    limits: { maximumTransferBytes: MAXIMUM_TRANSFER_BYTES, concurrency: 4 },
    load: (map, mode) => load(map, mode, FEW_ROWS),
    close: () => connection.close(),
  };
  try {
    await selfTest(device);
    // Its vectors have one output pixel each; the kernel for many pixels must be as exact.
    await selfTest({ ...device, load: (map, mode) => load(map, mode, 0) });
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}
