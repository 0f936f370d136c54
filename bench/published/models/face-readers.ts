/** The three networks of @vladmandic/face-api that look at one face. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AGE_GENDER_INPUT_SIZE,
  EXPRESSION_INPUT_SIZE,
  EXPRESSIONS,
  type FaceModel,
  GENDERS,
  importFaceModel,
  RECOGNITION_INPUT_SIZE,
} from '../../../src/faces/index.js';
import { modelDirectory } from '../../../test/faces/package-files.js';
import { cosine, largest, relativeDifference, softmax } from '../agreement.js';
import { CALIBRATION, coloursTensor, facesOf, TEST, withWeights } from '../faces.js';
import { FULL_EFFORT, type Limit, type Measure, type Outputs, type PublishedModel } from '../model.js';
import { type FaceApi, type FaceNet, type Tensor, values } from '../tfjs.js';

/** What the package takes from red, green and blue. */
const MEAN = [122.782, 117.001, 104.298] as const;

/** Of the same network in two arithmetics, both in float32. */
const SAME: readonly Limit[] = [{ what: 'largest relative difference', value: 1e-4 }];

interface Reader<N extends FaceNet> {
  readonly model: FaceModel;
  readonly side: number;
  readonly choose: (nets: FaceApi['nets']) => N;
  readonly run: (api: FaceApi, net: N, colours: Tensor) => Promise<Outputs>;
  readonly words: (outputs: Outputs) => string;
  readonly compare: (reference: Outputs, other: Outputs) => readonly Measure[];
  readonly quantizedLimits: readonly Limit[];
  /** 8 unless given. */
  readonly activationBits?: number;
}

function reader<N extends FaceNet>(how: Reader<N>): PublishedModel<Outputs> {
  const file = `${how.model}_model-weights_manifest.json`;
  return {
    name: how.model,
    package: '@vladmandic/face-api',
    file: `model/${file}`,
    rival: "the package's own network, TensorFlow.js 4.22.0, float32",
    installed: true,
    floatLimits: SAME,
    quantizedLimits: how.quantizedLimits,
    async open() {
      const { api, net } = await withWeights(file, how.choose);
      return {
        ...(await importFaceModel(file, (name) => readFile(join(modelDirectory, name)))),
        calibration: await facesOf(...CALIBRATION),
        test: await facesOf(...TEST),
        ...(how.activationBits === undefined ? {} : { effort: { ...FULL_EFFORT, activationBits: how.activationBits } }),
        theirs: async (_, input) => {
          const colours = coloursTensor(api, input, how.side, MEAN);
          const outputs = await how.run(api, net, colours);
          colours.dispose();
          return outputs;
        },
        answer: (outputs) => outputs,
        words: how.words,
        compare: (reference, other) => [
          { what: 'largest relative difference', value: relativeDifference(reference, other), kind: 'difference' },
          { what: 'cosine', value: cosine(reference, other), kind: 'likeness' },
          ...how.compare(reference, other),
        ],
      };
    },
  };
}

const named = (logits: Float32Array, names: readonly string[]): string => {
  const at = largest(logits);
  return `${names[at]} ${(100 * softmax(logits)[at]!).toFixed(1)} %`;
};

const sameClass = (a: Float32Array, b: Float32Array): Measure => ({
  what: 'same first class',
  value: largest(a) === largest(b) ? 1 : 0,
  kind: 'share',
});

/** Seven expressions. */
export const expression = reader({
  model: 'face_expression',
  side: EXPRESSION_INPUT_SIZE,
  choose: (nets) => nets.faceExpressionNet,
  run: async (api, net, colours) => values(net.runNet(await api.toNetInput(colours))),
  words: ([logits]) => named(logits!, EXPRESSIONS),
  compare: ([a], [b]) => [sameClass(a!, b!)],
  quantizedLimits: [
    // One of the thirteen faces is as good as a tie: happy 44 %, neutral not much less.
    { what: 'same first class', value: 0.9 },
    { what: 'cosine', value: 0.99 },
  ],
  activationBits: 10,
});

/** Age and gender. */
export const ageGender = reader({
  model: 'age_gender',
  side: AGE_GENDER_INPUT_SIZE,
  choose: (nets) => nets.ageGenderNet,
  run: async (api, net, colours) => {
    const { age, gender } = net.runNet(await api.toNetInput(colours));
    return values([age, gender]);
  },
  words: ([age, gender]) => `${age![0]!.toFixed(1)} years, ${named(gender!, GENDERS)}`,
  compare: ([age, gender], [otherAge, otherGender]) => [
    { what: 'years', value: Math.abs(age![0]! - otherAge![0]!), kind: 'difference' },
    sameClass(gender!, otherGender!),
  ],
  quantizedLimits: [
    { what: 'same first class', value: 1 },
    { what: 'years', value: 3 },
  ],
});

/** A descriptor of 128 numbers; the same person's are less than 0.6 apart. */
export const recognition = reader({
  model: 'face_recognition',
  side: RECOGNITION_INPUT_SIZE,
  choose: (nets) => nets.faceRecognitionNet,
  run: async (_, net, colours) => values(await net.forward(colours)),
  words: ([descriptor]) => `descriptor of length ${Math.hypot(...descriptor!).toFixed(3)}`,
  compare: ([a], [b]) => [
    {
      what: 'distance of descriptors',
      value: Math.hypot(...a!.map((value, at) => value - b![at]!)),
      kind: 'difference',
    },
  ],
  quantizedLimits: [
    { what: 'cosine', value: 0.99 },
    { what: 'distance of descriptors', value: 0.2 },
  ],
});
