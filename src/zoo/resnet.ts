/** The first version of ResNet: He et al., arXiv 1512.03385. */
import type { TensorId } from '../model/tensor.js';
import type { PlanBuilder } from './plan.js';
import type { NetworkSketch } from './sketch.js';

type Branch = (plan: PlanBuilder, input: TensorId, name: string, channels: number, stride: number) => TensorId;

/** Two 3 x 3 convolutions. */
const basic: Branch = (plan, input, name, channels, stride) => {
  const inner = plan.convolution(input, `${name}_a`, channels, { kernel: 3, stride, activation: 'relu' });
  return plan.convolution(inner, `${name}_b`, channels, { kernel: 3 });
};

/** 1 x 1, 3 x 3, 1 x 1; the stride is in the first, where the paper has it (others moved it to the second later). */
const bottleneck: Branch = (plan, input, name, channels, stride) => {
  let at = plan.convolution(input, `${name}_a`, channels / 4, { stride, activation: 'relu' });
  at = plan.convolution(at, `${name}_b`, channels / 4, { kernel: 3, activation: 'relu' });
  return plan.convolution(at, `${name}_c`, channels);
};

function resNet(blocks: readonly number[], branch: Branch, expansion: number): NetworkSketch {
  return (plan, { scaled, classes }) => {
    let at = plan.convolution(plan.input, 'conv1', scaled(64), { kernel: 7, stride: 2, activation: 'relu' });
    at = plan.maxPool(at, 'pool1', 3, 'same');
    blocks.forEach((count, stage) => {
      const channels = expansion * scaled(64 * 2 ** stage);
      for (let block = 1; block <= count; block++) {
        const name = `stage${stage + 1}_block${block}`;
        const stride = block === 1 && stage > 0 ? 2 : 1;
        const fits = stride === 1 && plan.channels(at) === channels;
        const shortcut = fits ? at : plan.convolution(at, `${name}_projection`, channels, { stride });
        at = plan.add(shortcut, branch(plan, at, name, channels, stride), `${name}_add`, 'relu');
      }
    });
    plan.dense(plan.globalAverage(at, 'pool'), 'fc', classes);
  };
}

/** ResNet-18 and ResNet-34. @param blocks per stage */
export const basicResNet = (blocks: readonly number[]): NetworkSketch => resNet(blocks, basic, 1);

/** ResNet-50 and deeper. @param blocks per stage */
export const bottleneckResNet = (blocks: readonly number[]): NetworkSketch => resNet(blocks, bottleneck, 4);
