/** One card, opened: its context, the compiled kernels, and the libraries that work in it. */
import { DeviceError, DeviceUnavailableError } from '../../../protocol/errors.js';
import { Blas } from './blas.js';
import { Cleanup } from './cleanup.js';
import { Compiler } from './compiler.js';
import { Driver } from './driver.js';
import { type EntryPoint, entryPoints, program } from './kernels/program.js';
import { type Koffi, loadKoffi, type Pointer } from './koffi.js';
import { type FoundLibrary, type LibraryPaths, LibrarySearch } from './libraries.js';

/** Which card, and where the libraries are. */
export interface ContextOptions {
  readonly ordinal?: number;
  readonly libraries?: LibraryPaths;
}

/** Declares a library's functions; one that lacks a function is too old, or something else by the same name. */
function declare<T>(found: FoundLibrary, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceUnavailableError(`The library ${found.path} cannot be used: ${reason}.`, { cause });
  }
}

/** The driver, ready to be asked about its cards. */
export interface LoadedDriver {
  readonly koffi: Koffi;
  readonly search: LibrarySearch;
  readonly driver: Driver;
  readonly path: string;
  readonly count: number;
}

/**
 * Loads the driver.
 * @throws DeviceUnavailableError when there is no package, no driver, or no card
 */
export async function loadDriver(libraries?: LibraryPaths): Promise<LoadedDriver> {
  const koffi = await loadKoffi();
  const search = new LibrarySearch(koffi, libraries);
  const found = search.open('cuda');
  const driver = declare(found, () => new Driver(koffi, found.library));
  try {
    driver.initialize();
    const count = driver.deviceCount();
    if (count === 0) throw new DeviceError('it knows no card');
    return { koffi, search, driver, path: found.path, count };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceUnavailableError(`The CUDA driver ${found.path} has no usable card: ${reason}`, { cause });
  }
}

/** Loads the two other libraries, for the version of the driver. */
export function loadTools({ koffi, search, driver }: LoadedDriver): {
  compiler: Compiler;
  blas: Blas;
  paths: { nvrtc: string; cublas: string };
} {
  const major = Math.floor(driver.version() / 1000);
  const nvrtc = search.open('nvrtc', major);
  const cublas = search.open('cublas', major);
  return {
    compiler: declare(nvrtc, () => new Compiler(koffi, nvrtc)),
    blas: declare(cublas, () => new Blas(koffi, cublas)),
    paths: { nvrtc: nvrtc.path, cublas: cublas.path },
  };
}

/** An open card. Everything that is acquired on it is added to `cleanup`, which closes it. */
export class CudaContext {
  readonly cleanup = new Cleanup();
  readonly #handle: Pointer;
  readonly #kernels = new Map<EntryPoint, Pointer>();

  private constructor(
    readonly koffi: Koffi,
    readonly driver: Driver,
    readonly blas: Blas,
    device: number,
  ) {
    this.#handle = driver.retainContext(device);
    this.cleanup.add(() => driver.releaseContext(device));
  }

  /**
   * Opens a card and compiles the kernels for it.
   * @throws DeviceUnavailableError when a library or the card is missing; DeviceError when something there fails
   */
  static async open({ ordinal = 0, libraries }: ContextOptions): Promise<CudaContext> {
    const loaded = await loadDriver(libraries);
    const { koffi, driver, count } = loaded;
    if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal >= count) {
      throw new DeviceUnavailableError(`There is no CUDA card ${ordinal}: this machine has ${count}, counted from 0.`);
    }
    const { compiler, blas } = loadTools(loaded);
    const device = driver.device(ordinal);
    const image = await compiler.compile(program, driver.computeCapability(device));
    const context = new CudaContext(koffi, driver, blas, device);
    try {
      context.enter();
      const module = driver.loadModule(image);
      context.cleanup.add(() => driver.unloadModule(module));
      for (const name of entryPoints) context.#kernels.set(name, driver.moduleFunction(module, name));
      return context;
    } catch (error) {
      context.close();
      throw error;
    }
  }

  /** Makes the card current on this thread, where another device may have been current before. First in every turn. */
  enter(): void {
    this.driver.setCurrent(this.#handle);
  }

  /** Queues a kernel with at least `count` threads. */
  launch(name: EntryPoint, count: number, argument: Uint8Array, stream: Pointer): void {
    this.driver.launch(this.#kernels.get(name)!, count, argument, stream);
  }

  /** Gives everything back. */
  close(): void {
    try {
      this.enter();
    } catch {}
    this.cleanup.run();
  }
}
