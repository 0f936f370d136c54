/** The index set of a linear map: which weight joins which input to which output. `apply` and `transpose` walk the same set. */
import { type Convolution, type Dense, type LinearMap, outputExtent } from '../model/linear-map.js';

/** Calls `visit(output index, input index, weight)` once for every non-padding term of the map. */
export function forEachTap(map: LinearMap, visit: (output: number, input: number, weight: bigint) => void): void {
  if (map.kind === 'convolution') forEachConvolutionTap(map, visit);
  else forEachDenseTap(map, visit);
}

function forEachDenseTap(map: Dense, visit: (output: number, input: number, weight: bigint) => void): void {
  for (let output = 0; output < map.outputs; output++) {
    for (let input = 0; input < map.inputs; input++) {
      visit(output, input, BigInt(map.weights[output * map.inputs + input]!));
    }
  }
}

function forEachConvolutionTap(map: Convolution, visit: (output: number, input: number, weight: bigint) => void): void {
  const { input, kernel, stride, dilation, padding, groups, outputChannels, weights } = map;
  const output = outputExtent(map);
  const inputsPerGroup = input.channels / groups;
  const outputsPerGroup = outputChannels / groups;
  for (let row = 0; row < output.height; row++) {
    for (let column = 0; column < output.width; column++) {
      for (let channel = 0; channel < outputChannels; channel++) {
        const to = (row * output.width + column) * outputChannels + channel;
        const group = Math.floor(channel / outputsPerGroup);
        for (let i = 0; i < kernel.height; i++) {
          const y = row * stride.y + i * dilation.y - padding.top;
          if (y < 0 || y >= input.height) continue;
          for (let j = 0; j < kernel.width; j++) {
            const x = column * stride.x + j * dilation.x - padding.left;
            if (x < 0 || x >= input.width) continue;
            for (let k = 0; k < inputsPerGroup; k++) {
              const from = (y * input.width + x) * input.channels + group * inputsPerGroup + k;
              const weight = weights[((channel * kernel.height + i) * kernel.width + j) * inputsPerGroup + k]!;
              visit(to, from, BigInt(weight));
            }
          }
        }
      }
    }
  }
}
