/** Cutting a call into pieces that the limits allow: several inputs together, or some output rows of one input. */
import { DeviceError } from '../../../protocol/errors.js';
import { inputRowsOf } from './geometry.js';
import type { WebgpuLimits } from './options.js';
import type { Plan } from './plan.js';
import { DIRECT_INVOCATIONS } from './shaders/direct.js';
import type { Tile } from './shaders/structures.js';

/** Larger pieces gain nothing, and smaller ones let transfers of one overlap the work on another. */
const PIECE_BYTES = 2 ** 26;

/** Products of digits, at most, in a piece of several inputs: drivers take a GPU away that does not answer for seconds. */
const PIECE_PRODUCTS = 2 ** 35;

/** Products of digits for one input. */
function productsPerInput(plan: Plan): number {
  const { outHeight, outWidth, outChannels } = plan.geometry;
  const outputs = outHeight * outWidth * outChannels;
  if (plan.kind === 'direct') return outputs * plan.terms * (plan.limbs?.limbs ?? 1);
  return outputs * plan.words * 4 * plan.input.digits * plan.weights.digits;
}

/** Bytes of what a piece sends, of its digits, and of its result, for so many input and output rows. */
export function pieceBytes(
  plan: Plan,
  inRows: number,
  outRows: number,
): { sent: number; digits: number; result: number } {
  const { width, channels, outWidth, outChannels } = plan.geometry;
  const pixels = inRows * width;
  const sent = Math.ceil((pixels * channels * (plan.mode === 'integers' ? 2 : 4)) / 4) * 4;
  const digits = plan.kind === 'matrix' ? pixels * plan.channelWords * plan.input.digits * 4 : 0;
  return { sent, digits, result: outRows * outWidth * outChannels * 4 };
}

function fits(plan: Plan, limits: WebgpuLimits, inRows: number, outRows: number, most: number): boolean {
  const { sent, digits, result } = pieceBytes(plan, inRows, outRows);
  if (Math.max(sent, digits, result) > Math.min(most, limits.bufferBytes)) return false;
  const pixels = outRows * plan.geometry.outWidth;
  if (plan.kind === 'matrix') {
    return (
      pixels <= limits.workgroups * 16 * plan.rowsEach && digits / 4 / plan.input.digits <= limits.workgroups ** 2 * 64
    );
  }
  return result / 4 <= limits.workgroups ** 2 * DIRECT_INVOCATIONS;
}

/** The most output rows at once for which `allowed` holds, at least one; it holds for fewer rows if for more. */
function mostRows(outHeight: number, allowed: (rows: number) => boolean): number {
  let [least, most] = [1, outHeight];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (allowed(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

/**
 * How the inputs of every call are cut up: `inputs` at once, or `outRows` rows of one.
 * @throws DeviceError when not even one output row fits the limits
 */
export function pieceOf(plan: Plan, limits: WebgpuLimits): { inputs: number; outRows: number } {
  const { geometry } = plan;
  const { height, outHeight } = geometry;
  if (fits(plan, limits, height, outHeight, Infinity)) {
    const { sent, digits, result } = pieceBytes(plan, height, outHeight);
    const byBytes = Math.floor(PIECE_BYTES / Math.max(sent, digits, result));
    let inputs = Math.max(1, Math.min(byBytes, Math.floor(PIECE_PRODUCTS / productsPerInput(plan))));
    while (inputs > 1 && !fits(plan, limits, height * inputs, outHeight * inputs, PIECE_BYTES)) {
      inputs = Math.ceil(inputs / 2);
    }
    return { inputs, outRows: outHeight };
  }
  // Rows in the middle of the picture read the most input rows; counting the whole reach is never too little.
  const inRows = (rows: number): number =>
    Math.min(height, (rows - 1) * geometry.strideY + (geometry.kernelHeight - 1) * geometry.dilationY + 1);
  const allowed = (rows: number): boolean => fits(plan, limits, inRows(rows), rows, Infinity);
  const outRows = mostRows(outHeight, allowed);
  if (!allowed(outRows)) {
    throw new DeviceError(
      `One output row of this map needs buffers larger than the ${limits.bufferBytes} bytes that WebGPU allows here.`,
    );
  }
  return { inputs: 1, outRows };
}

/** A piece, with where in the call's arrays it begins. */
export interface Piece extends Tile {
  readonly firstInput: number;
}

/** The pieces of a call with `count` inputs. */
export function* pieces(plan: Plan, size: { inputs: number; outRows: number }, count: number): Generator<Piece> {
  const { outHeight } = plan.geometry;
  for (let firstInput = 0; firstInput < count; firstInput += size.inputs) {
    const inputs = Math.min(size.inputs, count - firstInput);
    for (let firstOutRow = 0; firstOutRow < outHeight; firstOutRow += size.outRows) {
      const outRows = Math.min(size.outRows, outHeight - firstOutRow);
      const whole = outRows === outHeight;
      const read = whole ? { first: 0, count: plan.geometry.height } : inputRowsOf(plan.geometry, firstOutRow, outRows);
      yield { firstInput, inputs, firstOutRow, outRows, firstInRow: read.first, inRows: read.count };
    }
  }
}
