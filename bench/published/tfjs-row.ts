/** A row whose network is a TensorFlow.js model, and whose rival is TensorFlow.js with the same files. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importTfjs } from '../../src/formats/tfjs/index.js';
import type { Preprocessing } from '../../src/pictures/index.js';
import { cosine, relativeDifference } from './agreement.js';
import type { Effort, Limit, Measure, OpenModel, Outputs, PublishedModel, Sample } from './model.js';
import { fetchedFile } from './packages.js';
import { faceApi, type TensorFlow, type TfModel, values } from './tfjs.js';

/** What is told about such a row. */
export interface TfjsRow<A> {
  readonly name: string;
  readonly package: string;
  /** The model.json. */
  readonly file: string;
  readonly kind: 'graph' | 'layers';
  /** With the batch axis. */
  readonly inputShape: readonly number[];
  /** Of a graph: where it is cut. A layers model has its own. */
  readonly outputs?: readonly string[];
  /** What the model's input holds in TensorFlow. */
  readonly type?: 'float32' | 'int32';
  readonly preprocessing: Preprocessing;
  readonly pictures: () => Promise<{ readonly calibration: readonly Sample[]; readonly test: readonly Sample[] }>;
  readonly effort?: Effort;
  readonly answer: (outputs: Outputs, sample: Sample) => A;
  readonly words: (answer: A) => string;
  readonly compare: (reference: A, answer: A) => readonly Measure[];
  readonly quantizedLimits: readonly Limit[];
}

/** An answer and the numbers it was read from. */
interface Answered<A> {
  readonly outputs: Outputs;
  readonly answer: A;
}

interface Files {
  readonly format?: string;
  readonly signature?: unknown;
  readonly modelTopology: unknown;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly unknown[] }[];
}

function loaded(tf: TensorFlow, path: string, kind: 'graph' | 'layers'): Promise<TfModel> {
  const { modelTopology, weightsManifest, signature } = JSON.parse(readFileSync(path, 'utf8')) as Files;
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((shard) => readFileSync(join(dirname(path), shard))));
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const handler = tf.io.fromMemory({ modelTopology, weightSpecs, weightData, ...(signature ? { signature } : {}) });
  return kind === 'graph' ? tf.loadGraphModel(handler) : tf.loadLayersModel(handler);
}

/** Colours become real numbers from `low` to `high`. */
export function colours(fit: Preprocessing['fit'], low: number, high: number, channels = 3): Preprocessing {
  const all = (value: number): number[] => Array<number>(channels).fill(value);
  return { fit, order: 'rgb', colours: { kind: 'affine', factors: all((high - low) / 255), offsets: all(low) } };
}

/** The row. Float networks must agree to a ten-thousandth of the largest number. */
export function tfjsRow<A>(row: TfjsRow<A>): PublishedModel<Answered<A>> {
  const { name, file, kind, inputShape, outputs, preprocessing } = row;
  return {
    name,
    package: row.package,
    file,
    rival: 'TensorFlow.js 4.22.0, float32',
    installed: false,
    floatLimits: [{ what: 'largest relative difference', value: 1e-4 }],
    quantizedLimits: row.quantizedLimits,
    async open(): Promise<OpenModel<Answered<A>>> {
      const path = fetchedFile(row.package, file);
      const { tf } = await faceApi();
      const model = await loaded(tf, path, kind);
      const network = importTfjs(path, { name, inputShape, ...(outputs === undefined ? {} : { outputs }) });
      return {
        network,
        preprocessing,
        ...(await row.pictures()),
        ...(row.effort === undefined ? {} : { effort: row.effort }),
        theirs: async (sample, input) => {
          const integers = row.type === 'int32';
          const tensor = tf.tensor(
            integers ? Int32Array.from(input, Math.round) : input,
            inputShape,
            row.type ?? 'float32',
          );
          const found = await values(
            outputs === undefined ? model.predict(tensor) : model.execute(tensor, [...outputs]),
          );
          tensor.dispose();
          return { outputs: found, answer: row.answer(found, sample) };
        },
        answer: (found, sample) => ({ outputs: found, answer: row.answer(found, sample) }),
        words: ({ answer }) => row.words(answer),
        compare: (a, b) => [
          { what: 'largest relative difference', value: relativeDifference(a.outputs, b.outputs), kind: 'difference' },
          { what: 'cosine', value: cosine(a.outputs, b.outputs), kind: 'likeness' },
          ...row.compare(a.answer, b.answer),
        ],
      };
    },
  };
}
