/** Dense maps and ordinary convolutions: digits, one matrix product, and one pass that puts the digits together. */
import type { Convolution, LinearMap } from '../../../model/linear-map.js';
import { outputExtent } from '../../../model/linear-map.js';
import { DEPTH_LIMIT, ROW_STEP } from './bounds.js';
import { finishLayout } from './kernels/finish.js';
import { gatherLayout } from './kernels/gather.js';
import { splitLayout } from './kernels/split.js';
import type { Pointer } from './koffi.js';
import type { Lane } from './lane.js';
import { type MatrixPlan, matrixPlan, rowsPerTile, scratchOf } from './matrix-plan.js';
import { loadMatrix, type MatrixWeights } from './matrix-weights.js';
import type { Mode, Operation, Workplace } from './operation.js';

const at = (address: Pointer, bytes: number): Pointer => address + BigInt(bytes);

/** True if the digit matrix's rows are the input's own rows, so that nothing is gathered. */
function isRows(map: LinearMap): boolean {
  if (map.kind === 'dense') return true;
  const { kernel, stride, padding } = map;
  const { top, bottom, left, right } = padding;
  return kernel.height * kernel.width * stride.y * stride.x === 1 && top + bottom + left + right === 0;
}

/** The convolution's geometry for the gathering kernel. */
function geometry(map: Convolution) {
  const output = outputExtent(map);
  return {
    height: map.input.height,
    width: map.input.width,
    strideY: map.stride.y,
    strideX: map.stride.x,
    dilationY: map.dilation.y,
    dilationX: map.dilation.x,
    paddingTop: map.padding.top,
    paddingLeft: map.padding.left,
    outputHeight: output.height,
    outputWidth: output.width,
    kernelWidth: map.kernel.width,
    channels: map.input.channels,
  };
}

class MatrixOperation implements Operation {
  readonly inputsPerPiece: number;
  readonly #place: Workplace;
  readonly #plan: MatrixPlan;
  readonly #weights: MatrixWeights;
  readonly #geometry: ReturnType<typeof geometry> | undefined;
  readonly #tile: number;

  constructor(place: Workplace, map: LinearMap, plan: MatrixPlan, weights: MatrixWeights) {
    this.#place = place;
    this.#plan = plan;
    this.#weights = weights;
    this.#geometry = map.kind === 'dense' || isRows(map) ? undefined : geometry(map);
    this.#tile = rowsPerTile(plan, place.scratchBytes);
    this.inputsPerPiece = Math.max(1, Math.floor(this.#tile / plan.rowsPerInput));
  }

  enqueue(lane: Lane, x: Pointer, count: number): Pointer {
    const { channels, rowsPerInput } = this.#plan;
    const rows = count * rowsPerInput;
    // A product writes whole steps of rows; where its sums are the answers, the last step needs room.
    const y = lane.scratch('y', (rows + ROW_STEP) * channels * 4);
    for (let first = 0; first < rows; first += this.#tile) {
      this.#enqueueTile(lane, x, first, Math.min(this.#tile, rows - first), at(y, first * channels * 4));
    }
    return y;
  }

  #enqueueTile(lane: Lane, x: Pointer, first: number, rows: number, y: Pointer): void {
    const plan = this.#plan;
    const bytes = scratchOf(plan, rows);
    const digits = lane.scratch('digits', bytes.digits);
    const sums = plan.plain ? y : lane.scratch('sums', bytes.sums);
    this.#enqueueDigits(lane, x, first, rows, digits);
    const width = plan.weightDigits * plan.plane;
    for (let part = 0; part < plan.parts; part++) {
      this.#place.context.blas.multiply(lane.blas, {
        rows: at(digits, part * DEPTH_LIMIT),
        weights: at(this.#weights.matrix, part * DEPTH_LIMIT),
        sums: at(sums, part * bytes.rowCount * width * 4),
        rowCount: bytes.rowCount,
        channelCount: width,
        depth: Math.min(DEPTH_LIMIT, plan.paddedDepth - part * DEPTH_LIMIT),
        stride: plan.paddedDepth,
      });
    }
    if (!plan.plain) this.#enqueueFinish(lane, sums, bytes.rowCount * width, rows, y);
  }

  #enqueueDigits(lane: Lane, x: Pointer, first: number, rows: number, digits: Pointer): void {
    const { variant, depth, paddedDepth, inputOffset: offset } = this.#plan;
    const { context } = this.#place;
    const chunks = paddedDepth / 16;
    const shared = { digits, planeStride: rows * paddedDepth, rows, depth, offset, chunks };
    if (this.#geometry === undefined) {
      const entryBytes = variant === 'p24' || variant === 'm31' ? 4 : 2;
      const argument = splitLayout.encode({ ...shared, x: at(x, first * depth * entryBytes) });
      context.launch(`split_${variant}`, rows * chunks, argument, lane.stream);
    } else {
      const argument = gatherLayout.encode({ ...shared, ...this.#geometry, x, firstRow: first });
      context.launch(`gather_${variant}`, rows * chunks, argument, lane.stream);
    }
  }

  #enqueueFinish(lane: Lane, sums: Pointer, partStride: number, rows: number, y: Pointer): void {
    const { channels, parts, weightDigits, plane, weightOffset, variant } = this.#plan;
    const quads = Math.ceil(channels / 4);
    const argument = finishLayout.encode({
      sums,
      constants: this.#weights.constants,
      y,
      partStride,
      rows,
      channels,
      parts,
      weightDigits,
      plane,
      ones: channels,
      weightOffset,
      quads,
    });
    this.#place.context.launch(`finish_${variant}`, rows * quads, argument, lane.stream);
  }

  free(): void {
    this.#weights.free();
  }
}

/** Loads a dense map or a convolution without groups. */
export async function matrixOperation(place: Workplace, map: LinearMap, mode: Mode): Promise<Operation> {
  const plan = matrixPlan(map, mode);
  return new MatrixOperation(place, map, plan, await loadMatrix(place, map, plan));
}
