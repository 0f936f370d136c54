/** An operation in words that leave out weights, names and padding: what has the same words can have the same weights. */
import {
  asImage,
  entryCount,
  type FloatNetwork,
  type FloatOperation,
  type FloatPool,
  inputsOf,
} from '../graph/index.js';

const then = (activation: string): string => (activation === 'none' ? '' : `, then ${activation}`);
const one = ({ y, x }: { readonly y: number; readonly x: number }): boolean => y === 1 && x === 1;

function poolWords({ kind, window, stride }: FloatPool, from: readonly number[], to: readonly number[]): string {
  const what = kind === 'maxPool' ? 'maximum' : 'average';
  const { height, width } = asImage(from);
  // One window has no stride.
  if (window.height === height && window.width === width) return `the ${what} of each channel`;
  return `the ${what} over ${window.height} x ${window.width}, stride ${stride.y} x ${stride.x}, giving [${to}]`;
}

/**
 * Says what an operation of the network is. A convolution whose kernel is its whole input is a matrix, and has the
 * weights of one in the same order.
 */
export function operationWords(operation: FloatOperation, { tensors }: FloatNetwork): string {
  const from = tensors[inputsOf(operation)[0]!]!.shape;
  const to = tensors[operation.output]!.shape;
  switch (operation.kind) {
    case 'dense':
      return `a matrix from ${entryCount(from)} to ${entryCount(to)} numbers${then(operation.activation)}`;
    case 'convolution': {
      const { kernel, stride, dilation, groups, padding, activation } = operation;
      const { channels } = asImage(from);
      const whole = kernel.height * kernel.width * channels === entryCount(from) && entryCount(to) === to.at(-1);
      const bare = Object.values(padding).every((side) => side === 0);
      if (whole && bare && groups === 1 && one(dilation)) {
        return `a matrix from ${entryCount(from)} to ${entryCount(to)} numbers${then(activation)}`;
      }
      const spread = one(dilation) ? '' : `, dilation ${dilation.y} x ${dilation.x}`;
      const grouped = groups === 1 ? '' : ` in ${groups} groups`;
      return (
        `a ${kernel.height} x ${kernel.width} convolution of ${channels} channels${grouped}, stride ${stride.y} x ${stride.x}${spread}, ` +
        `giving [${to}]${then(activation)}`
      );
    }
    case 'averagePool':
    case 'maxPool':
      return poolWords(operation, from, to);
    case 'add':
      return `a sum${then(operation.activation)}`;
    case 'batchNorm':
    case 'activation':
    case 'concat':
    case 'reshape':
    case 'softmax':
    case 'layerNormalization':
    case 'function':
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
    case 'take':
    case 'interpolate':
    case 'pad':
      return `a ${operation.kind} operation`;
  }
}
