/** VGG, configurations D (16 layers) and E (19): Simonyan and Zisserman, arXiv 1409.1556. */
import type { NetworkSketch } from './sketch.js';

/** @param repeats how many 3 x 3 convolutions each of the five stages has */
export function vgg(repeats: readonly number[]): NetworkSketch {
  return (plan, { scaled, classes }) => {
    let at = plan.input;
    repeats.forEach((count, stage) => {
      const channels = scaled([64, 128, 256, 512, 512][stage]!);
      for (let layer = 1; layer <= count; layer++) {
        at = plan.convolution(at, `conv${stage + 1}_${layer}`, channels, { kernel: 3, activation: 'relu' });
      }
      at = plan.maxPool(at, `pool${stage + 1}`, 2, 'valid');
    });
    at = plan.flatten(at, 'flat');
    at = plan.dense(at, 'fc6', scaled(4096), 'relu');
    at = plan.dense(at, 'fc7', scaled(4096), 'relu');
    plan.dense(at, 'fc8', classes);
  };
}
