/** NVRTC: CUDA C++ to machine code for the card that is there. */
import { DeviceError } from '../../../protocol/errors.js';
import type { ForeignFunction, ForeignType, ForeignValue, Koffi, Pointer } from './koffi.js';
import type { FoundLibrary } from './libraries.js';

const FUNCTIONS = {
  nvrtcVersion: ['void *', 'void *'],
  nvrtcGetNumSupportedArchs: ['void *'],
  nvrtcGetSupportedArchs: ['void *'],
  nvrtcCreateProgram: ['void *', 'void *', 'void *', 'int', 'void *', 'void *'],
  nvrtcDestroyProgram: ['void *'],
  nvrtcCompileProgram: ['uint64', 'int', 'void *'],
  nvrtcGetProgramLogSize: ['uint64', 'void *'],
  nvrtcGetProgramLog: ['uint64', 'void *'],
  nvrtcGetPTXSize: ['uint64', 'void *'],
  nvrtcGetPTX: ['uint64', 'void *'],
  nvrtcGetCUBINSize: ['uint64', 'void *'],
  nvrtcGetCUBIN: ['uint64', 'void *'],
} as const satisfies Record<string, readonly ForeignType[]>;

type FunctionName = keyof typeof FUNCTIONS;

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/** What was compiled in this process, by library, architecture and source: a second device does not compile again. */
const compiled = new Map<string, Promise<Uint8Array>>();

/** The loaded compiler. */
export class Compiler {
  readonly #functions: Readonly<Record<FunctionName, ForeignFunction>>;
  readonly #statusName: ForeignFunction;
  readonly #koffi: Koffi;
  readonly #path: string;

  constructor(koffi: Koffi, { library, path }: FoundLibrary) {
    this.#koffi = koffi;
    this.#path = path;
    const entries = Object.entries(FUNCTIONS).map(([name, types]) => [name, library.func(name, 'int', types)]);
    this.#functions = Object.fromEntries(entries);
    this.#statusName = library.func('nvrtcGetErrorString', 'uint64', ['int']);
  }

  #failure(name: string, status: number, log = ''): DeviceError {
    const reason = this.#koffi.decode.string(BigInt(this.#statusName(status)));
    return new DeviceError(`The cuda device failed: ${name} gave ${reason}.${log === '' ? '' : `\n${log}`}`);
  }

  #call(name: FunctionName, ...values: ForeignValue[]): void {
    const status = this.#functions[name](...values);
    if (status !== 0) throw this.#failure(name, status);
  }

  /** "13.0". */
  version(): string {
    const [major, minor] = [new Int32Array(1), new Int32Array(1)];
    this.#call('nvrtcVersion', major, minor);
    return `${major[0]}.${minor[0]}`;
  }

  /** Machine code for exactly this card; for one that is newer than the compiler, code that the driver translates. */
  #architecture(capability: number): string {
    const count = new Int32Array(1);
    this.#call('nvrtcGetNumSupportedArchs', count);
    const supported = new Int32Array(count[0]!);
    this.#call('nvrtcGetSupportedArchs', supported);
    if (supported.includes(capability)) return `sm_${capability}`;
    const older = supported.filter((architecture) => architecture < capability);
    if (older.length > 0) return `compute_${Math.max(...older)}`;
    throw new DeviceError(`The compiler ${this.#path} does not know cards as old as sm_${capability}.`);
  }

  /**
   * Compiles for compute capability `major`.`minor`, on another thread, once in a process.
   * @throws DeviceError with the compiler's log
   */
  compile(source: string, [major, minor]: readonly [number, number]): Promise<Uint8Array> {
    const key = `${this.#path}\n${major}.${minor}\n${source}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const image = this.#compile(source, 10 * major + minor);
    compiled.set(key, image);
    // What failed is tried again the next time.
    image.catch(() => compiled.delete(key));
    return image;
  }

  async #compile(source: string, capability: number): Promise<Uint8Array> {
    const architecture = this.#architecture(capability);
    const handle = new BigUint64Array(1);
    this.#call('nvrtcCreateProgram', handle, cString(source), cString('slalom.cu'), 0, null, null);
    const program = handle[0]!;
    try {
      const options = [`--gpu-architecture=${architecture}`, '--std=c++14'].map(cString);
      const addresses = BigUint64Array.from(options, (option) => this.#koffi.address(option));
      const status = await this.#onAnotherThread(program, addresses);
      // The other thread reads the options, so they are used here once more: until now they could not be collected.
      if (options.length !== addresses.length) throw new DeviceError('The cuda device lost its compiler options.');
      if (status !== 0) {
        const log = this.#text(program);
        throw this.#failure(`nvrtcCompileProgram for ${architecture}`, status, log);
      }
      return this.#bytes(program, architecture.startsWith('sm_') ? 'nvrtcGetCUBIN' : 'nvrtcGetPTX');
    } finally {
      this.#functions.nvrtcDestroyProgram(handle);
    }
  }

  #onAnotherThread(program: Pointer, options: BigUint64Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#functions.nvrtcCompileProgram.async(program, options.length, options, (error, status) => {
        if (error === null) resolve(status);
        else reject(new DeviceError(`The cuda device failed: nvrtcCompileProgram gave ${error.message}.`));
      });
    });
  }

  #bytes(program: Pointer, what: 'nvrtcGetCUBIN' | 'nvrtcGetPTX' | 'nvrtcGetProgramLog'): Uint8Array {
    const size = new BigUint64Array(1);
    this.#call(`${what}Size`, program, size);
    const bytes = new Uint8Array(Number(size[0]));
    this.#call(what, program, bytes);
    return bytes;
  }

  #text(program: Pointer): string {
    return new TextDecoder().decode(this.#bytes(program, 'nvrtcGetProgramLog')).replace(/\0+$/, '');
  }
}
