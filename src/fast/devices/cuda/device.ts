/** An NVIDIA GPU as an untrusted device: int8 tensor cores, exact for both moduli and over the integers. */
import { totalmem } from 'node:os';
import { someOptions } from '../../../boundary/validators.js';
import { integersFit } from '../../../model/bounds.js';
import { aLinearMap, type LinearMap } from '../../../model/linear-map.js';
import { aModulus } from '../../../model/modulus.js';
import type { Device } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { selfTest } from '../self-test.js';
import { aTimeout, openWithin } from '../within.js';
import { Answers } from './answers.js';
import { Calls } from './calls.js';
import { CudaContext } from './context.js';
import { directOperation } from './direct-operation.js';
import { Events } from './events.js';
import { HostCopies } from './host-copies.js';
import { Lane } from './lane.js';
import type { LibraryPaths } from './libraries.js';
import { type LimitSizes, measureLimits } from './limits.js';
import { CudaMap, MAXIMUM_TRANSFER_BYTES } from './map.js';
import { matrixOperation } from './matrix-operation.js';
import type { Mode, Operation, Workplace } from './operation.js';
import { PinnedPool } from './pinned-pool.js';
import { Pipeline } from './pipeline.js';
import { Registrations } from './registrations.js';
import { Staging } from './staging.js';

/** Queues on the card: while one copies in, another computes and a third copies out. */
const LANES = 3;

/** Calls that are worked on at once; more wait for their turn. */
const CONCURRENCY = 6;

/** How to open the device. */
export interface CudaDeviceOptions {
  /** Which card, counted from 0, the default. */
  readonly ordinal?: number;
  /**
   * Where libcuda, libnvrtc and libcublas are: a folder, or one file, for all or each. By default they are looked for
   * where drivers, toolkits, distributions and Python's packages put them, and first in SLALOM_CUDA_LIBRARIES.
   */
  readonly libraries?: LibraryPaths;
  /** Scratch memory on the card for each of three lanes, 256 MiB by default; a single output row may need more. */
  readonly scratchBytes?: number;
  /** How much of the host's memory may be page-locked, an eighth of it by default. */
  readonly pinnedBytes?: number;
  /** How long opening may take, self-test included: 120000 ms by default. */
  readonly openTimeoutMs?: number;
}

/** @throws TypeError for an option that there is not */
export function someCudaOptions(options: CudaDeviceOptions, what: string): CudaDeviceOptions {
  const known = { ordinal: true, libraries: true, scratchBytes: true, pinnedBytes: true, openTimeoutMs: true } as const;
  return someOptions(options, known, what);
}

/** The device, with what only this one can tell. */
export interface CudaDevice extends Device {
  load(map: LinearMap, mode: Mode): Promise<CudaMap>;
  /** What the card and its bus can do at most: rates in GB/s and TOPS by name. Run it when nothing else runs. */
  measureLimits(sizes?: LimitSizes): Promise<Record<string, number>>;
}

function aSize(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 2 ** 16 || value > 2 ** 40) {
    throw new RangeError(`${name} must be a whole number from 65536 to 2^40, not ${value}`);
  }
  return value;
}

function operationOf(place: Workplace, map: LinearMap, mode: Mode): Promise<Operation> {
  return map.kind === 'convolution' && map.groups > 1
    ? directOperation(place, map, mode)
    : matrixOperation(place, map, mode);
}

function assemble(context: CudaContext, options: CudaDeviceOptions): CudaDevice {
  const { koffi } = context;
  const pinnedBytes = aSize(options.pinnedBytes ?? Math.floor(totalmem() / 8), 'pinnedBytes');
  // Indices on the card are 32 bits wide, and a lane's digits are counted in sixteens.
  const scratchBytes = Math.min(aSize(options.scratchBytes ?? 2 ** 28, 'scratchBytes'), 2 ** 34);
  const pool = new PinnedPool(context, Math.ceil(pinnedBytes / 2));
  const registrations = new Registrations(context, Math.floor(pinnedBytes / 2));
  const copies = new HostCopies(koffi);
  const staging = new Staging(koffi, pool, registrations, copies);
  const answers = new Answers(koffi, pool, registrations, copies);
  const calls = new Calls(CONCURRENCY);
  const lanes = Array.from({ length: LANES }, () => new Lane(context));
  const events = new Events(context);
  const pipeline = new Pipeline(context, lanes, events, answers, staging, calls);
  let closing: Promise<void> | undefined;
  return {
    name: 'cuda',
    limits: { maximumTransferBytes: MAXIMUM_TRANSFER_BYTES, concurrency: CONCURRENCY, sharedMemory: true },
    async load(map, mode) {
      aLinearMap(map);
      if (mode !== 'integers') aModulus(mode);
      else if (!integersFit(map)) throw new DeviceError('The map may give integers that do not fit int32.');
      return calls.run(async () => {
        const lane = pipeline.lane();
        const place = { context, lane, scratchBytes, settle: () => events.done(lane.stream) };
        return new CudaMap(pipeline, await operationOf(place, map, mode), map, mode);
      });
    },
    measureLimits: (sizes) => calls.run(() => measureLimits(pipeline, pool, sizes)),
    close() {
      closing ??= calls.close().then(() => context.close());
      return closing;
    },
  };
}

/**
 * Opens a card, compiles the kernels for it, and tests it with worst-case vectors.
 *
 * Nothing is built at installation: the driver and libraries are called through the package `koffi`, and the kernels are
 * compiled by NVRTC for the card that is there. Calls may overlap and are worked on in several queues. A large input that
 * comes from the same memory again is page-locked there, its own pages only, for as long as the device is open or memory
 * for others runs out; what is written there later can be read by the card, unless the trusted side's memory is protected
 * from devices, as a TEE's is. `load` refuses a map whose integers may not fit int32
 * (`'integers'` only) and rejects malformed maps with `TypeError` or `RangeError`.
 *
 * @throws DeviceUnavailableError when there is no card, no `koffi`, or a library is missing: the message lists every place
 * @throws DeviceError when the card fails, is not ready in time, or does not compute exactly; TypeError or
 * RangeError for wrong options
 * @example
 * const device = await cudaDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function cudaDevice(options: CudaDeviceOptions = {}): Promise<CudaDevice> {
  const limitMs = aTimeout(someCudaOptions(options, 'cudaDevice').openTimeoutMs, 'openTimeoutMs');
  const open = async (): Promise<CudaDevice> => {
    const context = await CudaContext.open(options);
    try {
      return assemble(context, options);
    } catch (error) {
      context.close();
      throw error;
    }
  };
  return openWithin(limitMs, open, (device) => selfTest(device, { timeoutMs: limitMs }));
}
