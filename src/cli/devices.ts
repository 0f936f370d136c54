/** The untrusted devices by name: how each is opened, and what this machine has of it. */
import { selfTest, TFJS_BACKENDS, wasmDevice } from '../fast/index.js';
import { type Device, DeviceUnavailableError } from '../protocol/index.js';
import { referenceDevice } from '../reference/index.js';
import { UsageError } from './exit.js';

/** One kind of device. Modules of devices are loaded when one is opened, not before. */
interface Entry {
  readonly open: () => Promise<Device>;
  /** What the machine has, in a few words; throws DeviceUnavailableError when it has nothing. */
  readonly describe: () => Promise<string>;
}

const tfjs = (backend: (typeof TFJS_BACKENDS)[number]): Entry => ({
  open: async () => (await import('../fast/devices/tfjs/open.js')).openTfjs(backend),
  describe: async () => `TensorFlow.js, backend ${backend}`,
});

const entries: Readonly<Record<string, Entry>> = {
  wasm: {
    open: () => wasmDevice(),
    describe: async () => 'WebAssembly SIMD in a worker thread of this processor',
  },
  cuda: {
    open: async () => (await import('../fast/devices/cuda/index.js')).cudaThread(),
    describe: async () => {
      const cards = await (await import('../fast/devices/cuda/index.js')).describeCuda();
      return cards
        .map(
          ({ name, computeCapability, driverVersion }) =>
            `${name}, compute ${computeCapability}, driver ${driverVersion}`,
        )
        .join('; ');
    },
  },
  webgpu: {
    open: async () => (await import('../fast/devices/webgpu/index.js')).webgpuDevice(),
    describe: async () => {
      const { vendor, architecture, description, software } = await describeAdapter();
      const words = [vendor, architecture, description].filter((word) => word !== '').join(', ');
      return software ? `${words} (software: exact, and slow)` : words;
    },
  },
  ...Object.fromEntries(TFJS_BACKENDS.map((backend) => [`tfjs-${backend}`, tfjs(backend)])),
  reference: {
    open: async () => referenceDevice(),
    describe: async () => 'the definition itself, in BigInt (slow)',
  },
};

async function describeAdapter() {
  const { describeWebgpu } = await import('../fast/devices/webgpu/index.js');
  return describeWebgpu();
}

/** What `--device` takes where a network is run and the trusted side shall compute everything itself. */
export const NO_DEVICE = 'none';

/** The names `--device` takes, besides `auto` and `none`. */
export const deviceNames: readonly string[] = Object.keys(entries);

/**
 * Returns `name` if there is such a device, or it is `auto`.
 * @throws UsageError otherwise
 */
export function aDeviceName(name: string): string {
  if (name !== 'auto' && !Object.hasOwn(entries, name)) {
    throw new UsageError(`There is no device called "${name}"; there are: ${deviceNames.join(', ')}, auto; and none.`);
  }
  return name;
}

/**
 * Opens the device with that name; for `auto` the first of cuda, webgpu on real hardware, and wasm that this machine has.
 * @throws DeviceUnavailableError when the machine does not have it; DeviceError when it is not exact
 */
export async function openDevice(name: string): Promise<Device> {
  if (aDeviceName(name) !== 'auto') return entries[name]!.open();
  return (await tryToOpen('cuda')) ?? (await hardwareWebgpu()) ?? entries.wasm!.open();
}

async function tryToOpen(name: string): Promise<Device | null> {
  try {
    return await entries[name]!.open();
  } catch (error) {
    if (error instanceof DeviceUnavailableError) return null;
    throw error;
  }
}

async function hardwareWebgpu(): Promise<Device | null> {
  try {
    if ((await describeAdapter()).software) return null;
  } catch (error) {
    if (error instanceof DeviceUnavailableError) return null;
    throw error;
  }
  return tryToOpen('webgpu');
}

/** What `slalom devices` says about one device. */
export interface DeviceReport {
  readonly name: string;
  /** ready: opened, and exact on the worst-case vectors; absent: not on this machine; refused: there, but not usable. */
  readonly state: 'ready' | 'absent' | 'refused';
  /** What it is, or why it cannot be used. */
  readonly about: string;
  /** Opening and testing it, in milliseconds; null when it could not be opened. */
  readonly openMs: number | null;
  readonly maximumTransferBytes: number | null;
}

/** Opens every device once, tests it with the worst-case vectors, and closes it again. */
export async function inspectDevice(name: string): Promise<DeviceReport> {
  const started = performance.now();
  let device: Device | null = null;
  try {
    const about = await entries[name]!.describe();
    device = await entries[name]!.open();
    await selfTest(device);
    const openMs = performance.now() - started;
    return { name, state: 'ready', about, openMs, maximumTransferBytes: device.limits.maximumTransferBytes };
  } catch (error) {
    const about = error instanceof Error ? error.message : String(error);
    const state = error instanceof DeviceUnavailableError ? 'absent' : 'refused';
    return { name, state, about, openMs: null, maximumTransferBytes: null };
  } finally {
    await device?.close();
  }
}
