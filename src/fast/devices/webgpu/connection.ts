/** An open GPU device, and how it ends: closed, lost, or after an error that nothing waited for. */
import { DeviceError } from '../../../protocol/errors.js';
import type { FoundAdapter } from './adapter.js';
import { Buffers } from './buffers.js';
import { limitsOf, requiredLimits } from './limits.js';
import type { WebgpuLimits } from './options.js';

/** Texts from the driver go into messages; they are one line there, and not endless. */
function oneLine(error: unknown): string {
  const text = error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error);
  return String(text ? (error as { message: unknown }).message : error)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}

/** What kernels are compiled and run with. */
export class Connection {
  readonly device: GPUDevice;
  readonly limits: WebgpuLimits;
  readonly buffers: Buffers;
  /** In Node everything ends when the object that it came from is collected, so it is kept. */
  #source: FoundAdapter | null;
  #ended: DeviceError | undefined;
  readonly #waiting = new Set<(error: DeviceError) => void>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  private constructor(source: FoundAdapter, device: GPUDevice, limits: Partial<WebgpuLimits> | undefined) {
    this.#source = source;
    this.device = device;
    this.limits = limitsOf(device, limits);
    this.buffers = new Buffers(device);
    device.lost.then(({ reason, message }) => this.#end(`it was lost (${reason}): ${oneLine(message)}`));
    device.addEventListener('uncapturederror', ({ error }) => this.#end(oneLine(error)));
  }

  /** @throws DeviceError when the adapter gives no device */
  static async open(source: FoundAdapter, limits?: Partial<WebgpuLimits>): Promise<Connection> {
    try {
      const device = await source.adapter.requestDevice({ requiredLimits: requiredLimits(source.adapter) });
      return new Connection(source, device, limits);
    } catch (error) {
      throw new DeviceError(`The WebGPU adapter gave no device: ${oneLine(error)}.`);
    }
  }

  /** @throws DeviceError once the device has ended */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /**
   * Awaits something of the device's; any failure, and the end of the device meanwhile, is a `DeviceError`. What a device
   * was doing when it ended need not settle by itself.
   */
  settle<T>(pending: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) reject(this.#ended);
      this.#waiting.add(reject);
      pending.then(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.#waiting.delete(reject);
          reject(this.#ended ?? new DeviceError(`The webgpu device failed: ${oneLine(error)}.`));
        },
      );
    });
  }

  /** The kernel `main` of a module, compiled once for each source. */
  pipeline(code: string): Promise<GPUComputePipeline> {
    this.check();
    const known = this.#pipelines.get(code);
    if (known !== undefined) return known;
    const module = this.device.createShaderModule({ code });
    const compute = { module, entryPoint: 'main' };
    const made = this.settle(this.device.createComputePipelineAsync({ layout: 'auto', compute }));
    // Whoever asked hears of a failure; the next one may try again.
    made.catch(() => this.#pipelines.delete(code));
    this.#pipelines.set(code, made);
    return made;
  }

  /** The end for whatever reason; whatever waits for the device rejects. */
  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new DeviceError(`The webgpu device cannot be used: ${reason}.`);
    for (const reject of this.#waiting) reject(this.#ended);
    this.#waiting.clear();
    this.#pipelines.clear();
    // Not here: Dawn reports errors from inside the call that made them, and waits for itself if it is destroyed there.
    setTimeout(() => this.device.destroy());
  }

  /** Ends the device. */
  async close(): Promise<void> {
    this.#end('it was closed');
    await this.device.lost;
    this.#source = null;
  }

  /** The adapter, until the device is closed. */
  get source(): FoundAdapter | null {
    return this.#source;
  }
}
