/** A picture of twice the width and height: @upscalerjs/esrgan-slim. */
import { resizeBilinear } from '../../../src/pictures/index.js';
import { signalToNoise } from '../agreement.js';
import type { Outputs, Sample } from '../model.js';
import { cut, photographs, webcam } from '../photos.js';
import { colours, tfjsRow } from '../tfjs-row.js';

/** Rows and columns of what goes in. */
const SIDE = 96;
const PEAK = 255;

interface Enlarged {
  readonly colours: Float32Array;
  /** Decibels beside the part of the photograph that was made small. */
  readonly decibels: number;
}

/** Parts of the photographs, twice as large as what the network takes. */
function parts(samples: readonly Sample[]): Sample[] {
  return samples.flatMap(({ name, image }) =>
    [0.35, 0.6].map((share, index) => ({
      name: `${name}, part ${index + 1}`,
      image: cut(
        image,
        Math.floor(share * (image.width - 2 * SIDE)),
        Math.floor(share * (image.height - 2 * SIDE)),
        2 * SIDE,
      ),
    })),
  );
}

/** Enlarged 96 x 96 to 192 x 192. */
export const esrgan = tfjsRow<Enlarged>({
  name: 'esrgan-slim-x2',
  package: '@upscalerjs/esrgan-slim',
  file: 'models/x2/model.json',
  kind: 'layers',
  inputShape: [1, SIDE, SIDE, 3],
  preprocessing: colours('stretch', 0, PEAK),
  pictures: async () => ({
    calibration: parts([...(await webcam()), ...(await photographs(1, 2))]),
    test: parts(await photographs(4, 6)),
  }),
  answer: ([found]: Outputs, { image }) => {
    const clamped = found!.map((value) => Math.min(PEAK, Math.max(0, value)));
    return { colours: clamped, decibels: signalToNoise(resizeBilinear(image, 2 * SIDE, 2 * SIDE), clamped, PEAK) };
  },
  words: ({ decibels }) => `${decibels.toFixed(2)} dB beside the photograph`,
  compare: (a, b) => [
    { what: 'decibels between the pictures', value: signalToNoise(a.colours, b.colours, PEAK), kind: 'likeness' },
    { what: 'decibels beside the photograph', value: Math.abs(a.decibels - b.decibels), kind: 'difference' },
  ],
  quantizedLimits: [{ what: 'decibels between the pictures', value: 30 }],
});
