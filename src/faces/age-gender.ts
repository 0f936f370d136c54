/** How old a face looks, and whether like a man's or a woman's: a small Xception (Chollet, 2017) with two heads. */
import type { FloatNetwork, FloatTensorId } from '../graph/index.js';
import { FaceNetworkBuilder } from './layers.js';
import type { Weights } from './weights.js';

/** Rows and columns of the picture of one face. */
export const AGE_GENDER_INPUT_SIZE = 112;

/** The meaning of the second output, in order. */
export const GENDERS = ['male', 'female'] as const;

const MIDDLE_BLOCKS = 2;

/** Two separable convolutions and a maximum over windows halve the image; a strided 1 x 1 convolution of the input is added. */
function reduction(
  net: FaceNetworkBuilder,
  x: FloatTensorId,
  name: string,
  channels: number,
  activated: FloatTensorId,
): FloatTensorId {
  const inside = net.separable(activated, `${name}/separable_conv0`, channels, { activation: 'relu' });
  const wide = net.separable(inside, `${name}/separable_conv1`, channels);
  const pooled = net.pool(
    wide,
    `${name}/pooled`,
    'maxPool',
    { height: 3, width: 3 },
    { stride: { y: 2, x: 2 }, padding: 'same' },
  );
  const shortcut = net.full(x, `${name}/expansion_conv`, 1, channels, { stride: 2 });
  return net.add(pooled, shortcut, name);
}

/** Three separable convolutions, each of a ReLU, added to the input. */
function middle(net: FaceNetworkBuilder, x: FloatTensorId, name: string): FloatTensorId {
  const channels = net.shape(x).at(-1)!;
  let inside = net.activation(x, `${name}/relu`, 'relu');
  inside = net.separable(inside, `${name}/separable_conv0`, channels, { activation: 'relu' });
  inside = net.separable(inside, `${name}/separable_conv1`, channels, { activation: 'relu' });
  inside = net.separable(inside, `${name}/separable_conv2`, channels);
  return net.add(inside, x, name);
}

/**
 * The network as real numbers. Its input is [112, 112, 3] with entries (colour - mean) / 255; its outputs are the age in years and two
 * logits, whose softmax are the probabilities of `GENDERS`.
 * @throws ModelError when a weight is missing or has another shape
 */
export function ageAndGender(weights: Weights): FloatNetwork {
  const net = new FaceNetworkBuilder('age-gender', AGE_GENDER_INPUT_SIZE, weights);
  const relu = (x: FloatTensorId, name: string): FloatTensorId => net.activation(x, name, 'relu');
  let x = net.full(net.input, 'entry_flow/conv_in', 3, 32, { stride: 2, activation: 'relu' });
  x = reduction(net, x, 'entry_flow/reduction_block_0', 64, x);
  x = reduction(net, x, 'entry_flow/reduction_block_1', 128, relu(x, 'entry_flow/relu'));
  for (let index = 0; index < MIDDLE_BLOCKS; index++) x = middle(net, x, `middle_flow/main_block_${index}`);
  x = reduction(net, x, 'exit_flow/reduction_block', 256, relu(x, 'exit_flow/relu'));
  x = net.separable(x, 'exit_flow/separable_conv', 512, { activation: 'relu' });
  const { 0: height = 1, 1: width = 1 } = net.shape(x);
  const pooled = net.pool(x, 'pooled', 'averagePool', { height, width });
  return net.build([net.connected(pooled, 'fc/age', 1), net.connected(pooled, 'fc/gender', GENDERS.length)]);
}
