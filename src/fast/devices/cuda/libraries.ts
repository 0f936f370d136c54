/** Finding and loading CUDA's libraries. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DeviceUnavailableError } from '../../../protocol/errors.js';
import type { ForeignLibrary, Koffi } from './koffi.js';
import { type Environment, places } from './places.js';

/** Which library. */
export type LibraryName = 'cuda' | 'nvrtc' | 'cublas';

/** Where the libraries are: a folder or one file for all of them, or one or the other for each. */
export type LibraryPaths = string | Partial<Readonly<Record<LibraryName, string>>>;

/** A library and the file, or the name known to the system's loader, that it was loaded from. */
export interface FoundLibrary {
  readonly path: string;
  readonly library: ForeignLibrary;
}

/** The dynamic loader knows these names if the libraries are in its cache, wherever that points. */
const LOADER_NAMES: Readonly<Record<LibraryName, readonly string[]>> = {
  cuda: ['libcuda.so.1'],
  nvrtc: ['libnvrtc.so.13', 'libnvrtc.so.12', 'libnvrtc.so.11.2', 'libnvrtc.so'],
  cublas: ['libcublas.so.13', 'libcublas.so.12', 'libcublas.so.11', 'libcublas.so'],
};

const ADVICE: Readonly<Record<LibraryName, string>> = {
  cuda: "install NVIDIA's driver",
  nvrtc: 'install the CUDA toolkit, or: pip install nvidia-cuda-nvrtc (nvidia-cuda-nvrtc-cu12 for a CUDA 12 driver)',
  cublas: 'install the CUDA toolkit, or: pip install nvidia-cublas (nvidia-cublas-cu12 for a CUDA 12 driver)',
};

interface Candidate {
  readonly path: string;
  /** The number after `.so.`, if there is one. */
  readonly major: number | undefined;
}

function candidate(path: string): Candidate {
  const major = /\.so\.(\d+)/.exec(basename(path))?.[1];
  return { path, major: major === undefined ? undefined : Number(major) };
}

function filesIn(folder: string, library: string): string[] {
  const pattern = new RegExp(`^lib${library}\\.so(\\.\\d+)*$`);
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * cuBLAS and NVRTC each need another library of their own folder, which the loader does not search by itself; it takes
 * what is loaded already. Of NVRTC's, only the one with exactly its version is used, so all are loaded.
 */
function companions(path: string, name: LibraryName): string[] {
  const folder = dirname(path);
  if (name === 'nvrtc') return filesIn(folder, 'nvrtc-builtins');
  const half = path.replace(/libcublas(\.so[^/]*)$/, 'libcublasLt$1');
  return name === 'cublas' && filesIn(folder, 'cublasLt').includes(half) ? [half] : [];
}

/** Versions that the driver knows come first, newest first; files without a version after those; newer ones last. */
function ranked(candidates: readonly Candidate[], driverMajor: number): Candidate[] {
  const rank = ({ major }: Candidate): number =>
    major === undefined ? 1000 : major <= driverMajor ? driverMajor - major : 1001 + major;
  return [...candidates].sort((a, b) => rank(a) - rank(b));
}

function given(paths: LibraryPaths | undefined, library: LibraryName): string | undefined {
  return typeof paths === 'object' ? paths[library] : paths;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Finds libraries, and remembers where it looked. */
export class LibrarySearch {
  readonly #koffi: Koffi;
  readonly #paths: LibraryPaths | undefined;
  readonly #environment: Environment;

  constructor(koffi: Koffi, paths?: LibraryPaths, environment: Environment = process.env) {
    this.#koffi = koffi;
    this.#paths = paths;
    this.#environment = environment;
  }

  /**
   * Loads a library. Where paths were given nothing else is tried.
   * @param driverMajor the CUDA version of the driver; a library for a newer one is the last choice
   * @throws DeviceUnavailableError that lists every place, and what was wrong with what was there
   */
  open(name: LibraryName, driverMajor = 0): FoundLibrary {
    const path = given(this.#paths, name);
    const folders = path === undefined ? places(this.#environment) : isFolder(path) ? [path] : [];
    const files = folders.flatMap((folder) => filesIn(folder, name));
    if (path !== undefined && !isFolder(path)) files.push(path);
    if (path === undefined) files.push(...LOADER_NAMES[name]);
    const failures: string[] = [];
    for (const found of ranked(files.map(candidate), driverMajor)) {
      try {
        return { path: found.path, library: this.#load(found.path, name) };
      } catch (error) {
        if (found.path.includes('/')) failures.push(`${found.path}: ${error instanceof Error ? error.message : error}`);
      }
    }
    throw new DeviceUnavailableError(this.#message(name, path, folders, failures));
  }

  #load(path: string, name: LibraryName): ForeignLibrary {
    if (path.includes('/')) for (const half of companions(path, name)) this.#koffi.load(half, { global: true });
    return this.#koffi.load(path);
  }

  #message(
    name: LibraryName,
    path: string | undefined,
    folders: readonly string[],
    failures: readonly string[],
  ): string {
    const looked =
      path === undefined
        ? `Looked in: ${folders.join(', ')}; and for ${LOADER_NAMES[name].join(', ')} through the system's loader.`
        : `Looked only at ${path}, as the option "libraries" says.`;
    const failed = failures.length === 0 ? '' : ` Could not be loaded: ${failures.join('; ')}.`;
    return `No usable lib${name}.so for the cuda device: ${ADVICE[name]}, or set SLALOM_CUDA_LIBRARIES to its folder. ${looked}${failed}`;
  }
}
