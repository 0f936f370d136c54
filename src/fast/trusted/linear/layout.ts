/** A linear map seen as matrix products: one row of terms per output pixel, one column per output channel of a group. */
import { type Convolution, inputLength, type LinearMap, outputExtent } from '../../../model/linear-map.js';

/** The sizes that packing, multiplying and gathering need. */
export interface Layout {
  readonly groups: number;
  /** Output pixels of one input; 1 for a dense map. */
  readonly pixels: number;
  /** Terms per output, and output channels per group. */
  readonly terms: number;
  readonly columns: number;
  /** Entries per pixel on either side, all groups. */
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** |X| and |Y|. */
  readonly inputs: number;
  readonly outputs: number;
  /** The convolution when rows must be gathered from windows; null when the input already lies in rows. */
  readonly windows: Convolution | null;
}

/** True when each output pixel reads exactly the input pixel at the same place. */
function isPointwise(map: Convolution): boolean {
  const { kernel, stride, padding } = map;
  const unpadded = padding.top + padding.bottom + padding.left + padding.right === 0;
  return kernel.height * kernel.width === 1 && stride.y === 1 && stride.x === 1 && unpadded;
}

/** True when every channel has one filter of its own. */
export function isDepthwise(map: LinearMap): map is Convolution {
  return map.kind === 'convolution' && map.groups === map.input.channels && map.outputChannels === map.groups;
}

export function layoutOf(map: LinearMap): Layout {
  if (map.kind === 'dense') {
    return {
      groups: 1,
      pixels: 1,
      terms: map.inputs,
      columns: map.outputs,
      inputChannels: map.inputs,
      outputChannels: map.outputs,
      inputs: map.inputs,
      outputs: map.outputs,
      windows: null,
    };
  }
  const { height, width } = outputExtent(map);
  return {
    groups: map.groups,
    pixels: height * width,
    terms: map.kernel.height * map.kernel.width * (map.input.channels / map.groups),
    columns: map.outputChannels / map.groups,
    inputChannels: map.input.channels,
    outputChannels: map.outputChannels,
    inputs: inputLength(map),
    outputs: height * width * map.outputChannels,
    windows: isPointwise(map) ? null : map,
  };
}

/** The numbers of assembly/geometry.ts, in its order. */
export function geometryOf(map: Convolution): Int32Array {
  const output = outputExtent(map);
  return Int32Array.of(
    map.input.height,
    map.input.width,
    map.input.channels,
    map.kernel.height,
    map.kernel.width,
    map.stride.y,
    map.stride.x,
    map.dilation.y,
    map.dilation.x,
    map.padding.top,
    map.padding.left,
    map.groups,
    output.height,
    output.width,
  );
}
