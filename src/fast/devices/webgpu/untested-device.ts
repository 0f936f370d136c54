/** The device without its self-test. */

import { integersFit } from '../../../model/bounds.js';
import { aLinearMap, type LinearMap } from '../../../model/linear-map.js';
import { aModulus } from '../../../model/modulus.js';
import type { Device, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { findAdapter, hasPackedDot } from './adapter.js';
import type { Mode } from './bounds.js';
import { Connection } from './connection.js';
import { MAXIMUM_TRANSFER_BYTES, WebgpuMap } from './loaded-map.js';
import type { WebgpuDeviceOptions } from './options.js';
import { planOf } from './plan.js';
import { makeResident } from './resident-map.js';
import { pieceOf } from './tiles.js';

/** Up to so many output pixels a call is computed row by row. */
const FEW_ROWS = 8;

/** Deeper maps gain a test nothing but time: 256 invocations for one row are slow where software plays the GPU. */
const DEEPEST_FOR_TILED = 4096;

/** One device, seen twice: as it is used, and with the tiled kernel however few the rows, unless a map is very deep. */
export interface Untested {
  readonly device: Device;
  readonly tiled: Device;
}

/** @throws DeviceUnavailableError, DeviceError: as `webgpuDevice` */
export async function openUntested(options: WebgpuDeviceOptions): Promise<Untested> {
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
    const plan = planOf(map, mode);
    const piece = pieceOf(plan, connection.limits);
    return new WebgpuMap(connection, await makeResident(connection, plan, map, packedDot), piece, fewRows);
  }

  const device: Device = {
    name: 'webgpu',
    limits: { maximumTransferBytes: MAXIMUM_TRANSFER_BYTES, concurrency: 4 },
    load: (map, mode) => load(map, mode, FEW_ROWS),
    close: () => connection.close(),
  };
  const tiled: Device = {
    ...device,
    load: (map, mode) => load(map, mode, map.kind === 'dense' && map.inputs > DEEPEST_FOR_TILED ? FEW_ROWS : 0),
  };
  return { device, tiled };
}
