/** MobileNetV2: Sandler et al., arXiv 1801.04381. */
import type { NetworkSketch } from './sketch.js';

/** Expansion, output channels, repeats, and the stride of the first: table 2 of the paper. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

export const mobileNetV2: NetworkSketch = (plan, { scaled, width, classes }) => {
  let at = plan.convolution(plan.input, 'conv1', scaled(32), { kernel: 3, stride: 2, activation: 'relu6' });
  let block = 0;
  for (const [expansion, outputs, repeats, firstStride] of STAGES) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const name = `block${++block}`;
      const stride = repeat === 0 ? firstStride : 1;
      const shortcut = at;
      const channels = plan.channels(at) * expansion;
      if (expansion > 1) at = plan.convolution(at, `${name}_expand`, channels, { activation: 'relu6' });
      const depthwise = { kernel: 3, stride, depthwise: true, activation: 'relu6' } as const;
      at = plan.convolution(at, `${name}_depthwise`, channels, depthwise);
      at = plan.convolution(at, `${name}_project`, scaled(outputs));
      if (repeat > 0) at = plan.add(shortcut, at, `${name}_add`);
    }
  }
  // The paper widens the last layer with the network, but does not make it narrower.
  at = plan.convolution(at, 'conv_last', width > 1 ? scaled(1280) : 1280, { activation: 'relu6' });
  plan.dense(plan.globalAverage(at, 'pool'), 'fc', classes);
};
