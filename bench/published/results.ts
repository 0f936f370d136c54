/** What is written of every row. */
import type { Limit, Measure } from './model.js';

/** Runs of the test pictures through a device that has every linear layer. */
interface Runs {
  readonly pictures: number;
  /** Of how many every output equals that in the clear, bit for bit. */
  readonly equal: number;
  readonly outsourced: number;
  /** Of one inference. */
  readonly soundnessBits: number;
}

/** A row that was measured. */
export interface Row {
  readonly name: string;
  readonly package: string;
  readonly file: string;
  readonly rival: string;
  readonly input: readonly number[];
  readonly calibrationPictures: number;
  readonly answers: readonly {
    readonly picture: string;
    readonly rival: string;
    readonly float: string;
    readonly quantized: string;
  }[];
  readonly floatMeasures: readonly Measure[];
  readonly floatLimits: readonly Limit[];
  readonly quantizedMeasures: readonly Measure[];
  readonly quantizedLimits: readonly Limit[];
  readonly networkHash: string;
  readonly linearLayers: number;
  readonly operations: number;
  readonly macs: number;
  readonly bound: number;
  readonly modulus: string;
  readonly verified: Runs;
  readonly private: Runs;
  /** Sentences; none when everything agrees as it must. */
  readonly failures: readonly string[];
  readonly seconds: number;
}
