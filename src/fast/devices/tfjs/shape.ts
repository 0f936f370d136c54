/** A linear map as the device sees it: always a convolution, a dense map being one pixel of many channels. */
import { type Convolution, type LinearMap, outputExtent } from '../../../model/linear-map.js';
import type { Mode } from '../wasm/messages.js';
import { integerDigits, largestDigit, residueDigits } from './bounds.js';

/** Sizes of the matrix products that a map becomes. */
export interface Shape {
  readonly map: Convolution;
  readonly output: { readonly height: number; readonly width: number };
  /** Input and output channels of one group. */
  readonly groupInputs: number;
  readonly groupOutputs: number;
  /** Terms per output. */
  readonly terms: number;
  /** Entries of one window row, as the host lays it out: kernel width * groupInputs. */
  readonly rowTerms: number;
}

/** The convolution that a dense map is. */
function asConvolution(map: LinearMap): Convolution {
  if (map.kind === 'convolution') return map;
  return {
    kind: 'convolution',
    input: { height: 1, width: 1, channels: map.inputs },
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: 1,
    outputChannels: map.outputs,
    weights: map.weights,
    inputRange: map.inputRange,
  };
}

export function shapeOf(linearMap: LinearMap): Shape {
  const map = asConvolution(linearMap);
  const groupInputs = map.input.channels / map.groups;
  const rowTerms = map.kernel.width * groupInputs;
  return {
    map,
    output: outputExtent(map),
    groupInputs,
    groupOutputs: map.outputChannels / map.groups,
    terms: map.kernel.height * rowTerms,
    rowTerms,
  };
}

/** How many digits the entries of an input have in this mode, and how large they get. */
export interface InputDigits {
  readonly digits: number;
  readonly largest: number;
}

export function inputDigits(map: LinearMap, mode: Mode): InputDigits {
  const { minimum, maximum } = map.inputRange;
  const largest = mode === 'integers' ? Math.max(-minimum, maximum) : (mode - 1) / 2;
  const digits = mode === 'integers' ? integerDigits(largest) : residueDigits(mode);
  return { digits, largest: largestDigit(largest, digits) };
}
