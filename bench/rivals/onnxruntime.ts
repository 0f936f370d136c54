/** The rival: the same network in ONNX Runtime, the fastest common engine for processors, as a program would use it. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ActivationTensor, QuantizedNetwork } from '../../src/reference/index.js';
import { fillFrom } from '../layers.js';
import { FloatDialect } from './float-dialect.js';
import { foldPadding, poolsPadding } from './fold-padding.js';
import type { OnnxModel } from './graph-writer.js';
import { Int8Dialect } from './int8-dialect.js';
import { storedShape } from './layout.js';
import { lower, NotRepresentable } from './lower.js';
import { realScales } from './real-scales.js';

export type Format = 'fp32' | 'int8';

/** How long to measure: `runs` at most, and no new one after `limitMs`, but three at least. */
export interface Effort {
  readonly runs: number;
  readonly limitMs: number;
}

export interface RivalTime {
  readonly median: number;
  readonly minimum: number;
  readonly runs: number;
}

export interface Rival {
  /** Of ONNX Runtime. */
  readonly version: string;
  /** Milliseconds per image when `batch` images are given at once. */
  msPerImage(batch: number, effort: Effort): Promise<RivalTime>;
  /** The outputs for `batch` inputs in the model's own layout. */
  run(input: Float32Array | Uint8Array, batch: number): Promise<readonly (Float32Array | Uint8Array)[]>;
  close(): Promise<void>;
}

/** Why there is nothing to compare with. */
export interface NoRival {
  readonly reason: string;
}

export interface RivalOptions {
  /** Loads the package; only tests give another. */
  readonly importer?: () => Promise<typeof import('onnxruntime-node')>;
  /**
   * For tests: do not trade exactness for speed. Off, floats have no upper clamps; and where x86 has no VNNI, pairs of int8
   * products are added in 16 bits and saturate, which is ONNX Runtime's own choice.
   */
  readonly exact?: boolean;
}

const LEAST_RUNS = 3;
const WARM_UPS = 2;

/** The network as an ONNX model; see `RivalOptions.exact`. */
export function onnxModel(given: QuantizedNetwork, format: Format, exact = false): OnnxModel {
  const network = foldPadding(given);
  return lower(network, (writer) =>
    format === 'fp32' ? new FloatDialect(network, writer, exact) : new Int8Dialect(network, writer),
  );
}

function sessionOptions(network: QuantizedNetwork, threads: number, exact: boolean): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Fatal errors only: the others come as exceptions too.
    logSeverityLevel: 4,
    extra: {
      ...(exact ? { session: { x64quantprecision: '1' } } : {}),
      // It takes zeros before a MaxPool for the MaxPool's own padding, which is not zero (1.30.0).
      ...(poolsPadding(network) ? { optimization: { disable_specified_optimizers: 'Pad_Fusion' } } : {}),
    },
  };
}

/** The network in ONNX Runtime on `threads` threads, or why not: the package is not there, or cannot have the network. */
export async function openRival(
  network: QuantizedNetwork,
  format: Format,
  threads: number,
  { importer = () => import('onnxruntime-node'), exact = false }: RivalOptions = {},
): Promise<Rival | NoRival> {
  let runtime: typeof import('onnxruntime-node');
  try {
    runtime = await importer();
  } catch (error) {
    return { reason: `onnxruntime-node cannot be loaded: ${firstLine(error)}` };
  }
  let session: InferenceSession;
  try {
    const { bytes, externalData } = onnxModel(network, format, exact);
    const options = { ...sessionOptions(network, threads, exact), externalData };
    session = await runtime.InferenceSession.create(bytes, options);
  } catch (error) {
    const about = error instanceof NotRepresentable ? 'the network cannot be written' : 'the model is refused';
    return { reason: `${about} in ${format}: ${firstLine(error)}` };
  }

  const tensor = network.tensors[network.input] as ActivationTensor;
  const shape = storedShape(tensor.shape);
  const feeds = (input: Float32Array | Uint8Array, batch: number): Record<string, Tensor> => {
    const dims = [batch, ...shape];
    const x =
      input instanceof Uint8Array
        ? new runtime.Tensor('uint8', input, dims)
        : new runtime.Tensor('float32', input, dims);
    return { [session.inputNames[0]!]: x };
  };
  const results = async (given: Record<string, Tensor>): Promise<(Float32Array | Uint8Array)[]> => {
    const answers = await session.run(given);
    return session.outputNames.map((name) => answers[name]!.data as Float32Array | Uint8Array);
  };

  return {
    version: runtime.env.versions.node ?? runtime.env.versions.common,
    run: (input, batch) => results(feeds(input, batch)),
    msPerImage: async (batch, effort) => {
      const given = feeds(exampleInput(network, format, batch), batch);
      for (let i = 0; i < WARM_UPS; i++) await results(given);
      const times: number[] = [];
      const end = performance.now() + effort.limitMs;
      while (times.length < LEAST_RUNS || (times.length < effort.runs && performance.now() < end)) {
        const start = performance.now();
        const outputs = await results(given);
        times.push((performance.now() - start) / batch);
        requireFinite(outputs);
      }
      times.sort((a, b) => a - b);
      return { median: times[times.length >> 1]!, minimum: times[0]!, runs: times.length };
    },
    close: () => session.release(),
  };
}

/** Every output is looked at, so that nothing is computed for nobody; numbers that ran away would take other time. */
function requireFinite(outputs: readonly (Float32Array | Uint8Array)[]): void {
  for (const output of outputs) {
    if (!output.every(Number.isFinite))
      throw new RangeError("the rival's outputs are not finite: its scales are not sane");
  }
}

/** An input over the tensor's whole range. */
function exampleInput(network: QuantizedNetwork, format: Format, batch: number): Float32Array | Uint8Array {
  const { shape, minimum, maximum } = network.tensors[network.input] as ActivationTensor;
  const scale = realScales(network)[network.input]!;
  const length = batch * shape.reduce((product, size) => product * size, 1);
  const centred = fillFrom('input', new Int16Array(length), minimum, maximum);
  return format === 'fp32'
    ? Float32Array.from(centred, (value) => value * scale)
    : Uint8Array.from(centred, (value) => value - minimum);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
