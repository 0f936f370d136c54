/** What an end-to-end run measures. */
import type { ZooName } from '../../src/zoo/index.js';

/** verified: integrity alone. private: integrity and privacy. tee: everything inside, no device. */
export const MODES = ['verified', 'private', 'tee'] as const;
export type Mode = (typeof MODES)[number];

/** The networks of the paper, as far as they are measured. */
export const NETWORKS = ['vgg16', 'mobilenet-v1', 'mobilenet-v2', 'resnet-152'] as const satisfies readonly ZooName[];

export interface EndToEndOptions {
  readonly networks: readonly ZooName[];
  readonly modes: readonly Mode[];
  readonly device: string;
  readonly threads: readonly number[];
  readonly batches: readonly number[];
  /** Which layers are outsourced in verified and private mode. */
  readonly plans: readonly ('all' | 'auto')[];
  /** Side of the input image. */
  readonly size: number;
  /** Runs per measurement at most, and no new one after this time; two at least, except when `runs` is smaller. */
  readonly runs: number;
  readonly limitMs: number;
  /** Measure onnxruntime-node beside it. */
  readonly rivals: boolean;
  /** Images of every stream; 0 for none. */
  readonly streamImages: number;
  /** Batches that streams keep in flight. */
  readonly inFlight: number;
  /** Streams of each network and mode that is measured; otherwise one of MobileNetV2. */
  readonly streamAll: boolean;
  readonly json: boolean;
  /** Where results are written in bench/results; null for nowhere. Whole runs write end-to-end.json. */
  readonly output: string | null;
}
