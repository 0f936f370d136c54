/** cuBLAS: the exact int8 matrix product with int32 sums, on the card's tensor cores. */
import { DeviceError } from '../../../protocol/errors.js';
import type { ForeignFunction, ForeignType, ForeignValue, Koffi, Pointer } from './koffi.js';
import type { FoundLibrary } from './libraries.js';

const FUNCTIONS = {
  cublasCreate_v2: ['void *'],
  cublasDestroy_v2: ['uint64'],
  cublasSetStream_v2: ['uint64', 'uint64'],
  cublasGetVersion_v2: ['uint64', 'void *'],
  cublasGemmEx: [
    ...(['uint64', 'int', 'int', 'int', 'int', 'int', 'void *'] as const),
    ...(['uint64', 'int', 'int', 'uint64', 'int', 'int', 'void *', 'uint64', 'int', 'int', 'int', 'int'] as const),
  ],
} as const satisfies Record<string, readonly ForeignType[]>;

type FunctionName = keyof typeof FUNCTIONS;

const [OP_N, OP_T] = [0, 1];
const [R_8I, R_32I] = [3, 10];
const COMPUTE_32I = 72;
const GEMM_DEFAULT = -1;
const ONE = Int32Array.of(1);
const ZERO = Int32Array.of(0);

/** C[row, channel] = sum over k < depth of rows[row, k] * weights[channel, k]; all row-major. */
export interface Product {
  /** int8, `rowCount` rows that start `stride` apart. */
  readonly rows: Pointer;
  /** int8, `channelCount` rows that start `stride` apart. */
  readonly weights: Pointer;
  /** int32, `rowCount` rows of `channelCount`. */
  readonly sums: Pointer;
  readonly rowCount: number;
  readonly channelCount: number;
  readonly depth: number;
  readonly stride: number;
}

/** The loaded library. */
export class Blas {
  readonly #functions: Readonly<Record<FunctionName, ForeignFunction>>;
  readonly #statusName: ForeignFunction;
  readonly #koffi: Koffi;

  constructor(koffi: Koffi, { library }: FoundLibrary) {
    this.#koffi = koffi;
    const entries = Object.entries(FUNCTIONS).map(([name, types]) => [name, library.func(name, 'int', types)]);
    this.#functions = Object.fromEntries(entries);
    this.#statusName = library.func('cublasGetStatusString', 'uint64', ['int']);
  }

  #call(name: FunctionName, ...values: ForeignValue[]): void {
    const status = this.#functions[name](...values);
    if (status === 0) return;
    const reason = this.#koffi.decode.string(BigInt(this.#statusName(status)));
    throw new DeviceError(`The cuda device failed: ${name} gave status ${status}, ${reason}.`);
  }

  /** A handle for one stream. Handles of their own have workspaces of their own, so streams never share one. */
  create(stream: Pointer): Pointer {
    const out = new BigUint64Array(1);
    this.#call('cublasCreate_v2', out);
    try {
      this.#call('cublasSetStream_v2', out[0]!, stream);
    } catch (error) {
      this.#functions.cublasDestroy_v2(out[0]!);
      throw error;
    }
    return out[0]!;
  }

  destroy = (handle: Pointer): void => this.#call('cublasDestroy_v2', handle);

  /** 130100 for 13.1.0. */
  version(handle: Pointer): number {
    const out = new Int32Array(1);
    this.#call('cublasGetVersion_v2', handle, out);
    return out[0]!;
  }

  /**
   * Queues a product. The library stores by columns, so in its terms this is C^T = weights^T' * rows': both factors
   * have the depth running fastest, which is the one layout in which int8 is supported throughout. Depth, stride and
   * channels are multiples of 16, and there are enough rows (`ROW_STEP`).
   */
  multiply(handle: Pointer, product: Product): void {
    const { rows, weights, sums, rowCount, channelCount, depth, stride } = product;
    const first = [OP_T, OP_N, channelCount, rowCount, depth, ONE, weights, R_8I, stride];
    const second = [rows, R_8I, stride, ZERO, sums, R_32I, channelCount, COMPUTE_32I, GEMM_DEFAULT];
    this.#call('cublasGemmEx', handle, ...(first as ForeignValue[]), ...(second as ForeignValue[]));
  }
}
