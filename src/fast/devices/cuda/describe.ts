/** What CUDA finds on this machine, for people. */
import { loadDriver, loadTools } from './context.js';
import type { LibraryPaths } from './libraries.js';

/** One card. */
export interface CudaDescription {
  /** As the driver calls it: "NVIDIA H100 80GB HBM3". */
  readonly name: string;
  /** "9.0". */
  readonly computeCapability: string;
  /** The CUDA version that the driver supports: "13.0". */
  readonly driverVersion: string;
  /** Memory of the card. */
  readonly memoryBytes: number;
  /** The compiler's version: "13.0". */
  readonly compilerVersion: string;
  /** Where the libraries were found: a path, or a name that the system's loader knows. */
  readonly libraries: {
    /** The driver. */
    readonly cuda: string;
    /** The compiler. */
    readonly nvrtc: string;
    /** The matrix products. */
    readonly cublas: string;
  };
}

/**
 * Lists the cards without opening them, in the order of `ordinal`.
 * @throws DeviceUnavailableError when there is none, or something is missing
 * @example const [first] = await describeCuda();
 */
export async function describeCuda(options: { readonly libraries?: LibraryPaths } = {}): Promise<CudaDescription[]> {
  const loaded = await loadDriver(options.libraries);
  const { driver, path, count } = loaded;
  const { compiler, paths } = loadTools(loaded);
  const version = driver.version();
  return Array.from({ length: count }, (_, ordinal) => {
    const device = driver.device(ordinal);
    return {
      name: driver.deviceName(device),
      computeCapability: driver.computeCapability(device).join('.'),
      driverVersion: `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`,
      memoryBytes: driver.deviceMemoryBytes(device),
      compilerVersion: compiler.version(),
      libraries: { cuda: path, ...paths },
    };
  });
}
