/** Depthwise and grouped convolutions: every output on its own, with 64-bit sums. */
import { type Convolution, inputLength, outputExtent, outputLength } from '../../../model/linear-map.js';
import { allocate, type DeviceBlock } from './device-memory.js';
import { directLayout } from './kernels/direct.js';
import type { Pointer } from './koffi.js';
import type { Lane } from './lane.js';
import { inputVariant, type Mode, type Operation, type Workplace } from './operation.js';

/** [outputChannels][taps][group channels] to [taps][group channels][outputChannels]. */
function transposed({ weights, outputChannels }: Convolution): Int16Array {
  const terms = weights.length / outputChannels;
  const result = new Int16Array(weights.length);
  for (let o = 0, from = 0; o < outputChannels; o++) {
    for (let term = 0; term < terms; term++, from++) result[term * outputChannels + o] = weights[from]!;
  }
  return result;
}

class DirectOperation implements Operation {
  readonly inputsPerPiece: number;
  readonly #place: Workplace;
  readonly #map: Convolution;
  readonly #mode: Mode;
  readonly #weights: DeviceBlock;

  constructor(place: Workplace, map: Convolution, mode: Mode, weights: DeviceBlock) {
    this.#place = place;
    this.#map = map;
    this.#mode = mode;
    this.#weights = weights;
    const bytes = 4 * (inputLength(map) + outputLength(map));
    this.inputsPerPiece = Math.max(1, Math.floor(place.scratchBytes / bytes));
  }

  enqueue(lane: Lane, x: Pointer, count: number): Pointer {
    const map = this.#map;
    const output = outputExtent(map);
    const rows = count * output.height * output.width;
    const y = lane.scratch('y', rows * map.outputChannels * 4);
    const argument = directLayout.encode({
      x,
      weights: this.#weights.address,
      y,
      rows,
      height: map.input.height,
      width: map.input.width,
      channels: map.input.channels,
      groupChannels: map.input.channels / map.groups,
      kernelHeight: map.kernel.height,
      kernelWidth: map.kernel.width,
      strideY: map.stride.y,
      strideX: map.stride.x,
      dilationY: map.dilation.y,
      dilationX: map.dilation.x,
      paddingTop: map.padding.top,
      paddingLeft: map.padding.left,
      outputHeight: output.height,
      outputWidth: output.width,
      outputChannels: map.outputChannels,
      groupOutputs: map.outputChannels / map.groups,
    });
    const { variant } = inputVariant(map, this.#mode);
    this.#place.context.launch(`direct_${variant}`, rows * map.outputChannels, argument, lane.stream);
    return y;
  }

  free(): void {
    this.#weights.free();
  }
}

/** Loads a convolution with groups. */
export async function directOperation(place: Workplace, map: Convolution, mode: Mode): Promise<Operation> {
  const { context, lane, settle } = place;
  const weights = transposed(map);
  context.enter();
  const block = allocate(context, weights.byteLength);
  try {
    context.driver.copyIn(block.address, context.koffi.address(weights), weights.byteLength, lane.stream);
    await settle();
    return new DirectOperation(place, map, mode, block);
  } catch (error) {
    lane.drain();
    block.free();
    throw error;
  }
}
