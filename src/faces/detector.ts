/**
 * The face detector: MobileNetV1 on 512 x 512 pixels with the heads of a single-shot detector (Liu et al., 2016).
 * Six feature maps, from 32 x 32 down to 1 x 1, each predict for every cell several boxes of 4 and 3 class scores.
 */
import { type FloatNetwork, FloatNetworkBuilder, type FloatTensorId } from '../graph/index.js';
import { outputsFirst, type Weights, weightOf } from './weights.js';

/** Rows and columns of the picture the detector takes. */
export const FACE_INPUT_SIZE = 512;
/** Numbers per box: two for its centre, two for its size. */
export const NUMBERS_PER_BOX = 4;
/** Scores per box: background, face, and one that is not used. */
export const CLASSES = 3;
/** How many boxes all heads predict together. */
export const ANCHORS = 5118;

/** Of the depthwise batch norms. */
const EPSILON = 0.0010000000474974513;
/** Input channels, output channels and stride of the thirteen depthwise separable layers. */
const SEPARABLE: readonly (readonly [inputs: number, outputs: number, stride: number])[] = [
  [32, 64, 1],
  [64, 128, 2],
  [128, 128, 1],
  [128, 256, 2],
  [256, 256, 1],
  [256, 512, 2],
  [512, 512, 1],
  [512, 512, 1],
  [512, 512, 1],
  [512, 512, 1],
  [512, 512, 1],
  [512, 1024, 2],
  [1024, 1024, 1],
];
/** The backbone layer whose output is the first feature map. */
const FIRST_FEATURES = 11;
/** Input channels, output channels, kernel and stride of the layers after the backbone. */
const EXTRA: readonly (readonly [inputs: number, outputs: number, kernel: number, stride: number])[] = [
  [1024, 256, 1, 1],
  [256, 512, 3, 2],
  [512, 128, 1, 1],
  [128, 256, 3, 2],
  [256, 128, 1, 1],
  [128, 256, 3, 2],
  [256, 64, 1, 1],
  [64, 128, 3, 2],
];
/** Boxes per cell: the finest map predicts three, all others six. */
const boxesPerCell = (head: number): number => (head === 0 ? 3 : 6);

/** Adds the detector's layers to a network under construction. */
class DetectorBuilder extends FloatNetworkBuilder {
  readonly #weights: Weights;

  constructor(weights: Weights) {
    super('ssd-mobilenet-v1-faces', [FACE_INPUT_SIZE, FACE_INPUT_SIZE, 3]);
    this.#weights = weights;
  }

  /** A full convolution whose batch norm is already folded into an offset, then ReLU6. */
  full(x: FloatTensorId, name: string, inputs: number, outputs: number, side: number, stride: number): FloatTensorId {
    const kernel = weightOf(this.#weights, `${name}/weights`, [side, side, inputs, outputs]);
    return this.convolution(x, {
      name,
      kernel: { height: side, width: side },
      stride: { y: stride, x: stride },
      padding: 'same',
      weights: outputsFirst(kernel, outputs),
      bias: weightOf(this.#weights, `${name}/convolution_bn_offset`, [outputs]),
      outputChannels: outputs,
      activation: 'relu6',
    });
  }

  /** A depthwise convolution, its batch norm, then ReLU6. */
  depthwise(x: FloatTensorId, name: string, channels: number, stride: number): FloatTensorId {
    const kernel = weightOf(this.#weights, `${name}/depthwise_weights`, [3, 3, channels, 1]);
    const convolved = this.convolution(x, {
      name: `${name}/convolution`,
      kernel: { height: 3, width: 3 },
      stride: { y: stride, x: stride },
      padding: 'same',
      groups: channels,
      weights: outputsFirst(kernel, channels),
      outputChannels: channels,
    });
    const norm = (part: string): Float32Array => weightOf(this.#weights, `${name}/BatchNorm/${part}`, [channels]);
    const parameters = {
      scale: norm('gamma'),
      offset: norm('beta'),
      mean: norm('moving_mean'),
      variance: norm('moving_variance'),
    };
    const normalized = this.batchNorm(convolved, `${name}/normalized`, parameters, EPSILON);
    return this.activation(normalized, name, 'relu6');
  }

  /** A 1 x 1 convolution with a bias and no activation. */
  predictor(x: FloatTensorId, name: string, outputs: number): FloatTensorId {
    const inputs = this.shape(x).at(-1)!;
    return this.convolution(x, {
      name,
      kernel: { height: 1, width: 1 },
      weights: outputsFirst(weightOf(this.#weights, `${name}/weights`, [1, 1, inputs, outputs]), outputs),
      bias: weightOf(this.#weights, `${name}/biases`, [outputs]),
      outputChannels: outputs,
    });
  }
}

/**
 * The detector as a float network.
 * Its input is [512, 512, 3] with entries pixel / 127.5 - 1. Its outputs are six box tensors [rows, columns, 4 * boxes]
 * and then six class tensors [rows, columns, 3 * boxes], finest feature map first.
 * @throws ModelError when a weight is missing or has another shape
 */
export function faceDetector(weights: Weights): FloatNetwork {
  const net = new DetectorBuilder(weights);
  let x = net.full(net.input, 'MobilenetV1/Conv2d_0_pointwise', 3, 32, 3, 2);
  const features: FloatTensorId[] = [];
  SEPARABLE.forEach(([inputs, outputs, stride], index) => {
    const layer = index + 1;
    x = net.depthwise(x, `MobilenetV1/Conv2d_${layer}_depthwise`, inputs, stride);
    x = net.full(x, `MobilenetV1/Conv2d_${layer}_pointwise`, inputs, outputs, 1, 1);
    if (layer === FIRST_FEATURES) features.push(x);
  });
  features.push(x);
  EXTRA.forEach(([inputs, outputs, side, stride], index) => {
    x = net.full(x, `Prediction/Conv2d_${index}_pointwise`, inputs, outputs, side, stride);
    if (stride === 2) features.push(x);
  });
  const heads = (kind: string, numbers: number): FloatTensorId[] =>
    features.map((map, head) =>
      net.predictor(map, `Prediction/BoxPredictor_${head}/${kind}`, boxesPerCell(head) * numbers),
    );
  return net.build([...heads('BoxEncodingPredictor', NUMBERS_PER_BOX), ...heads('ClassPredictor', CLASSES)]);
}

/** The boxes the predictions are relative to: `ANCHORS` rows of top, left, bottom, right as fractions of the picture. */
export function faceAnchors(weights: Weights): Float32Array {
  return weightOf(weights, 'Output/extra_dim', [1, ANCHORS, NUMBERS_PER_BOX]);
}
