/** The foreign function interface: the package `koffi`, an optional peer, as far as it is used here. */
import { DeviceUnavailableError } from '../../../protocol/errors.js';

/** An address or an opaque handle, 64 bits wide, of the host or of the card. */
export type Pointer = bigint;

/** What is passed to foreign code: arrays are passed by address and may be written to. */
export type ForeignValue = number | bigint | null | ArrayBufferView;

/** A function of a shared library. Every one used here returns a status, or something that is ignored. */
export interface ForeignFunction {
  (...values: ForeignValue[]): number;
  /** Calls it on another thread. */
  async(...values: [...ForeignValue[], (error: Error | null, result: number) => void]): void;
}

/** The types that are declared: pointers whose value is a number are `uint64`, arrays are `void *`. */
export type ForeignType = 'int' | 'uint32' | 'uint64' | 'void *' | 'void' | 'uint8';

/** A loaded library. */
export interface ForeignLibrary {
  func(name: string, result: ForeignType, parameters: readonly ForeignType[]): ForeignFunction;
}

/** The package. */
export interface Koffi {
  load(path: string | null, options?: { readonly global?: boolean }): ForeignLibrary;
  /** Where an array's first entry is. The memory of an array stays where it is. */
  address(array: ArrayBufferView): Pointer;
  /** Another buffer over the same memory. It does not keep the memory alive. */
  view(address: Pointer, bytes: number): ArrayBuffer;
  readonly decode: { string(address: Pointer): string };
}

/** The tested version, as in the package's optional peers. */
const VERSION = '3.3.4';

/**
 * Loads the package when it is first needed.
 * @throws DeviceUnavailableError when it is not installed, or not for this platform
 */
export async function loadKoffi(name = 'koffi'): Promise<Koffi> {
  try {
    // A name that is not a literal keeps compilers and bundlers from insisting on an optional package.
    const module: { default: Koffi } = await import(name);
    return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new DeviceUnavailableError(
      `The cuda device needs the package koffi: npm install koffi@${VERSION} (${reason}).`,
      { cause },
    );
  }
}
