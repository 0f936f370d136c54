/** What a face expresses: four blocks of depthwise separable convolutions, each added to what the block had before. */
import type { FloatNetwork, FloatTensorId } from '../graph/index.js';
import { FaceNetworkBuilder } from './layers.js';
import type { Weights } from './weights.js';

/** Rows and columns of the picture of one face. */
export const EXPRESSION_INPUT_SIZE = 112;

/** The outputs' meaning, in order. */
export const EXPRESSIONS = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'] as const;

/** Output channels of the blocks. */
const BLOCKS = [32, 64, 128, 256] as const;

/** Halves the image, then three times: the sum of everything so far, ReLU, and a convolution of that which joins the sum. */
function block(net: FaceNetworkBuilder, x: FloatTensorId, index: number, channels: number): FloatTensorId {
  const name = `dense${index}`;
  const how = { stride: 2, activation: 'relu' } as const;
  let sum =
    index === 0 ? net.full(x, `${name}/conv0`, 3, channels, how) : net.separable(x, `${name}/conv0`, channels, how);
  let input = sum;
  for (let step = 1; step <= 3; step++) {
    const more = net.separable(input, `${name}/conv${step}`, channels);
    sum = net.add(sum, more, `${name}/sum${step}`);
    input = net.activation(sum, `${name}/relu${step}`, 'relu');
  }
  return input;
}

/**
 * The network as real numbers. Its input is [112, 112, 3] with entries (colour - mean) / 255; its output is seven logits, whose
 * softmax are the probabilities of `EXPRESSIONS`.
 * @throws ModelError when a weight is missing or has another shape
 */
export function faceExpression(weights: Weights): FloatNetwork {
  const net = new FaceNetworkBuilder('face-expression', EXPRESSION_INPUT_SIZE, weights);
  let x = net.input;
  BLOCKS.forEach((channels, index) => {
    x = block(net, x, index, channels);
  });
  const { 0: height = 1, 1: width = 1 } = net.shape(x);
  const pooled = net.pool(x, 'pooled', 'averagePool', { height, width });
  return net.build([net.connected(pooled, 'fc', EXPRESSIONS.length)]);
}
