/** The driver API: one typed method for each function that is used. A status other than success becomes a `DeviceError`. */
import { DeviceError } from '../../../protocol/errors.js';
import type { ForeignFunction, ForeignLibrary, ForeignType, ForeignValue, Koffi, Pointer } from './koffi.js';

/** Parameter types as in cuda.h; all return CUresult. `uint64` stands for pointers and handles, `void *` for arrays. */
const FUNCTIONS = {
  cuInit: ['uint32'],
  cuDriverGetVersion: ['void *'],
  cuDeviceGetCount: ['void *'],
  cuDeviceGet: ['void *', 'int'],
  cuDeviceGetName: ['void *', 'int', 'int'],
  cuDeviceGetAttribute: ['void *', 'int', 'int'],
  cuDeviceTotalMem_v2: ['void *', 'int'],
  cuDevicePrimaryCtxRetain: ['void *', 'int'],
  cuDevicePrimaryCtxRelease_v2: ['int'],
  cuCtxSetCurrent: ['uint64'],
  cuModuleLoadData: ['void *', 'void *'],
  cuModuleUnload: ['uint64'],
  cuModuleGetFunction: ['void *', 'uint64', 'void *'],
  cuLaunchKernel: ['uint64', ...(Array(7).fill('uint32') as 'uint32'[]), 'uint64', 'void *', 'void *'],
  cuMemAlloc_v2: ['void *', 'uint64'],
  cuMemFree_v2: ['uint64'],
  cuMemsetD8Async: ['uint64', 'uint8', 'uint64', 'uint64'],
  cuMemHostRegister_v2: ['uint64', 'uint64', 'uint32'],
  cuMemHostUnregister: ['uint64'],
  cuMemcpyHtoDAsync_v2: ['uint64', 'uint64', 'uint64', 'uint64'],
  cuMemcpyDtoHAsync_v2: ['uint64', 'uint64', 'uint64', 'uint64'],
  cuStreamCreate: ['void *', 'uint32'],
  cuStreamDestroy_v2: ['uint64'],
  cuStreamSynchronize: ['uint64'],
  cuEventCreate: ['void *', 'uint32'],
  cuEventDestroy_v2: ['uint64'],
  cuEventRecord: ['uint64', 'uint64'],
  cuEventQuery: ['uint64'],
  cuEventElapsedTime: ['void *', 'uint64', 'uint64'],
} as const satisfies Record<string, readonly ForeignType[]>;

type FunctionName = keyof typeof FUNCTIONS;

const NOT_READY = 600;
const COMPUTE_CAPABILITY_MAJOR = 75;
const COMPUTE_CAPABILITY_MINOR = 76;
const NON_BLOCKING = 1;
const DISABLE_TIMING = 2;
const THREADS = 256;

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/** The loaded driver. Functions that take no context need none; the others need one to be current on this thread. */
export class Driver {
  readonly #functions: Readonly<Record<FunctionName, ForeignFunction>>;
  readonly #errorName: ForeignFunction;
  readonly #koffi: Koffi;

  constructor(koffi: Koffi, library: ForeignLibrary) {
    this.#koffi = koffi;
    const entries = Object.entries(FUNCTIONS).map(([name, types]) => [name, library.func(name, 'int', types)]);
    this.#functions = Object.fromEntries(entries);
    this.#errorName = library.func('cuGetErrorName', 'int', ['int', 'void *']);
  }

  /** What a status is called: "CUDA_ERROR_OUT_OF_MEMORY". */
  errorName(status: number): string {
    const name = new BigUint64Array(1);
    return this.#errorName(status, name) === 0 && name[0] !== 0n
      ? this.#koffi.decode.string(name[0]!)
      : `CUDA error ${status}`;
  }

  #call(name: FunctionName, ...values: ForeignValue[]): void {
    const status = this.#functions[name](...values);
    if (status !== 0) throw new DeviceError(`The cuda device failed: ${name} gave ${this.errorName(status)}.`);
  }

  #pointer(name: FunctionName, ...values: ForeignValue[]): Pointer {
    const out = new BigUint64Array(1);
    this.#call(name, out, ...values);
    return out[0]!;
  }

  #number(name: FunctionName, ...values: ForeignValue[]): number {
    const out = new Int32Array(1);
    this.#call(name, out, ...values);
    return out[0]!;
  }

  /** 12040 for CUDA 12.4. */
  version = (): number => this.#number('cuDriverGetVersion');
  initialize = (): void => this.#call('cuInit', 0);
  deviceCount = (): number => this.#number('cuDeviceGetCount');
  device = (ordinal: number): number => this.#number('cuDeviceGet', ordinal);
  deviceMemoryBytes = (device: number): number => Number(this.#pointer('cuDeviceTotalMem_v2', device));

  deviceName(device: number): string {
    const name = new Uint8Array(256);
    this.#call('cuDeviceGetName', name, name.length, device);
    return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  }

  /** [9, 0] for sm_90. */
  computeCapability(device: number): [major: number, minor: number] {
    const attribute = (which: number): number => this.#number('cuDeviceGetAttribute', which, device);
    return [attribute(COMPUTE_CAPABILITY_MAJOR), attribute(COMPUTE_CAPABILITY_MINOR)];
  }

  retainContext = (device: number): Pointer => this.#pointer('cuDevicePrimaryCtxRetain', device);
  releaseContext = (device: number): void => this.#call('cuDevicePrimaryCtxRelease_v2', device);
  setCurrent = (context: Pointer): void => this.#call('cuCtxSetCurrent', context);

  loadModule = (image: Uint8Array): Pointer => this.#pointer('cuModuleLoadData', image);
  unloadModule = (module: Pointer): void => this.#call('cuModuleUnload', module);
  moduleFunction = (module: Pointer, name: string): Pointer =>
    this.#pointer('cuModuleGetFunction', module, cString(name));

  /** Runs a kernel whose only parameter is a struct, with at least `count` threads. */
  launch(kernel: Pointer, count: number, argument: Uint8Array, stream: Pointer): void {
    const blocks = Math.ceil(count / THREADS);
    const parameters = BigUint64Array.of(this.#koffi.address(argument));
    this.#call('cuLaunchKernel', kernel, blocks, 1, 1, THREADS, 1, 1, 0, stream, parameters, null);
  }

  allocate = (bytes: number): Pointer => this.#pointer('cuMemAlloc_v2', bytes);
  free = (address: Pointer): void => this.#call('cuMemFree_v2', address);
  fill = (address: Pointer, byte: number, bytes: number, stream: Pointer): void =>
    this.#call('cuMemsetD8Async', address, byte, bytes, stream);
  pin = (address: Pointer, bytes: number): void => this.#call('cuMemHostRegister_v2', address, bytes, 0);
  unpin = (address: Pointer): void => this.#call('cuMemHostUnregister', address);
  copyIn = (to: Pointer, from: Pointer, bytes: number, stream: Pointer): void =>
    this.#call('cuMemcpyHtoDAsync_v2', to, from, bytes, stream);
  copyOut = (to: Pointer, from: Pointer, bytes: number, stream: Pointer): void =>
    this.#call('cuMemcpyDtoHAsync_v2', to, from, bytes, stream);

  createStream = (): Pointer => this.#pointer('cuStreamCreate', NON_BLOCKING);
  destroyStream = (stream: Pointer): void => this.#call('cuStreamDestroy_v2', stream);
  /** Waits, and blocks this thread: only where there is nothing else left to do. */
  synchronize = (stream: Pointer): void => this.#call('cuStreamSynchronize', stream);
  createEvent = (timing: boolean): Pointer => this.#pointer('cuEventCreate', timing ? 0 : DISABLE_TIMING);
  destroyEvent = (event: Pointer): void => this.#call('cuEventDestroy_v2', event);
  record = (event: Pointer, stream: Pointer): void => this.#call('cuEventRecord', event, stream);

  /** True if everything before the event was done. */
  reached(event: Pointer): boolean {
    const status = this.#functions.cuEventQuery(event);
    if (status !== 0 && status !== NOT_READY) {
      throw new DeviceError(`The cuda device failed: cuEventQuery gave ${this.errorName(status)}.`);
    }
    return status === 0;
  }

  elapsedMs(start: Pointer, end: Pointer): number {
    const out = new Float32Array(1);
    this.#call('cuEventElapsedTime', out, start, end);
    return out[0]!;
  }
}
