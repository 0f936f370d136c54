/** One piece of a call: staged, copied, computed, copied back. */
import type { Connection } from './connection.js';
import { MapMode } from './gpu-constants.js';
import type { ResidentMap } from './resident-map.js';
import { DIRECT_INVOCATIONS } from './shaders/direct.js';
import { SHAPE_BYTES, TILE_BYTES, tileNumbers } from './shaders/structures.js';
import { type Piece, pieceBytes } from './tiles.js';

type Sent = Int16Array | Uint32Array;

/** The tile's numbers come first in a staging buffer, then what is sent; copies begin at multiples of 4. */
const SENT_AT = 256;

/** Workgroups for so many invocations, in rows of at most `widest`. */
function rowsOfGroups(invocations: number, widest: number): { wide: number; high: number } {
  const groups = Math.ceil(invocations / DIRECT_INVOCATIONS);
  const wide = Math.min(groups, widest);
  return { wide, high: Math.ceil(groups / wide) };
}

/** A staging buffer with the piece's numbers and its part of x. */
function stage(connection: Connection, map: ResidentMap, piece: Piece, x: Sent, stride: number): GPUBuffer {
  const { height, width, channels, outWidth } = map.plan.geometry;
  const row = width * channels;
  const from = piece.firstInput * height * row + piece.firstInRow * row;
  const part = x.subarray(from, from + piece.inputs * piece.inRows * row);
  const staging = connection.buffers.upload(SENT_AT + part.byteLength);
  const memory = staging.getMappedRange();
  new Int32Array(memory).set(tileNumbers(piece, outWidth, stride));
  const target = x instanceof Int16Array ? new Int16Array(memory, SENT_AT) : new Uint32Array(memory, SENT_AT);
  target.set(part);
  staging.unmap();
  return staging;
}

/** Records and submits everything a piece needs; gives the buffer that its result will be in. */
function submit(connection: Connection, map: ResidentMap, piece: Piece, x: Sent, fewRows: number): GPUBuffer {
  const { device, buffers, limits } = connection;
  const { plan, kernels, blocks } = map;
  const { geometry } = plan;
  const bytes = pieceBytes(plan, piece.inputs * piece.inRows, piece.inputs * piece.outRows);
  const rows = piece.inputs * piece.outRows * geometry.outWidth;
  const few = plan.kind === 'matrix' && rows <= Math.min(fewRows, limits.workgroups);
  const widest = Math.max(...blocks.map(({ channelCount }) => channelCount));
  const entries = plan.kind === 'matrix' ? bytes.digits / 4 / plan.input.digits : rows * widest;
  const groups = rowsOfGroups(entries, limits.workgroups);
  const staging = stage(connection, map, piece, x, groups.wide);
  const readback = buffers.readback(bytes.result);
  buffers.scratch((storage, uniform) => {
    const tile = uniform(TILE_BYTES);
    const sent = storage(bytes.sent);
    const result = storage(bytes.result);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(staging, 0, tile, 0, TILE_BYTES);
    encoder.copyBufferToBuffer(staging, SENT_AT, sent, 0, bytes.sent);
    const pass = encoder.beginComputePass();
    const dispatch = (
      pipeline: GPUComputePipeline,
      shape: GPUBuffer,
      given: [GPUBuffer, number?][],
      size: number[],
    ) => {
      const all: [GPUBuffer, number?][] = [[shape, SHAPE_BYTES], [tile, TILE_BYTES], ...given];
      const bound = all.map(([buffer, length], binding) => ({
        binding,
        resource: length === undefined ? { buffer } : { buffer, size: length },
      }));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: bound }));
      pass.dispatchWorkgroups(size[0]!, size[1]!);
    };
    if (plan.kind === 'matrix') {
      const digits = storage(bytes.digits);
      const cut: [GPUBuffer, number?][] = [
        [sent, bytes.sent],
        [digits, bytes.digits],
      ];
      dispatch(kernels.digits!, blocks[0]!.shape, cut, [groups.wide, groups.high]);
      for (const { shape, weights, channelCount } of blocks) {
        const size = [
          few ? rows : Math.ceil(rows / (16 * plan.rowsEach)),
          Math.ceil(channelCount / (16 * plan.columnsEach)),
        ];
        const given: [GPUBuffer, number?][] = [[digits, bytes.digits], [weights], [result, bytes.result]];
        dispatch(few ? kernels.rows : kernels.tiles, shape, given, size);
      }
    } else {
      for (const { shape, weights } of blocks) {
        const given: [GPUBuffer, number?][] = [[sent, bytes.sent], [weights], [result, bytes.result]];
        dispatch(kernels.tiles, shape, given, [groups.wide, groups.high]);
      }
    }
    pass.end();
    encoder.copyBufferToBuffer(result, 0, readback, 0, bytes.result);
    device.queue.submit([encoder.finish()]);
  });
  buffers.returnUpload(staging);
  return readback;
}

/**
 * Computes a piece and copies its result to its place in y.
 * @param fewRows up to so many output pixels the kernel for few rows is used
 */
export async function runPiece(
  connection: Connection,
  map: ResidentMap,
  piece: Piece,
  x: Sent,
  y: Int32Array | Uint32Array,
  fewRows: number,
): Promise<void> {
  const { outHeight, outWidth, outChannels } = map.plan.geometry;
  const row = outWidth * outChannels;
  const readback = submit(connection, map, piece, x, fewRows);
  const bytes = piece.inputs * piece.outRows * row * 4;
  await connection.settle(readback.mapAsync(MapMode.read, 0, bytes));
  const memory = readback.getMappedRange(0, bytes);
  const at = piece.firstInput * outHeight * row + piece.firstOutRow * row;
  y.set(y instanceof Int32Array ? new Int32Array(memory) : new Uint32Array(memory), at);
  readback.unmap();
  connection.buffers.returnReadback(readback);
}
