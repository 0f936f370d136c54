/** MobileNetV1: Howard et al., arXiv 1704.04861. */
import type { NetworkSketch } from './sketch.js';

/** Output channels and stride of the depthwise separable convolutions. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/**
 * @param between what follows a depthwise convolution. The Slalom paper drops the ReLU6 there, so that both halves of a
 * separable convolution are linear.
 */
export function mobileNetV1(between: 'relu6' | 'none'): NetworkSketch {
  return (plan, { scaled, classes }) => {
    let at = plan.convolution(plan.input, 'conv1', scaled(32), { kernel: 3, stride: 2, activation: 'relu6' });
    BLOCKS.forEach(([channels, stride], index) => {
      const depthwise = { kernel: 3, stride, depthwise: true, activation: between };
      at = plan.convolution(at, `conv_dw_${index + 1}`, plan.channels(at), depthwise);
      at = plan.convolution(at, `conv_pw_${index + 1}`, scaled(channels), { activation: 'relu6' });
    });
    plan.dense(plan.globalAverage(at, 'pool'), 'fc', classes);
  };
}
