/** The matrix product behind a linear map: some pixels, some columns and one group a chunk. */
import { fields, type Host } from '../team/host.js';

/** `windows` says whether rows must be gathered; pitches are bytes. */
export const multiplyFields = fields(
  'geometry',
  'windows',
  'planes',
  'planePitch',
  'limbs',
  'bits',
  'pairsPerSpill',
  'packed',
  'groupBytes',
  'pairs',
  'terms',
  'columns',
  'inputChannels',
  'outputChannels',
  'pixels',
  'groups',
  'tile',
  'columnTile',
  'modulus',
  'rowPitch',
  'scratch',
  'scratchPitch',
  'kernelScratch',
  'out',
);
const at = multiplyFields.at;

/** How many chunks there are: tiles of pixels by tiles of columns by groups, columns varying fastest. */
export function multiplyChunks(pixels: number, tile: number, columns: number, columnTile: number, groups: number) {
  return Math.ceil(pixels / tile) * groups * Math.ceil(columns / columnTile);
}

export function multiply({ kernels }: Host, args: Int32Array, chunk: number, thread: number): void {
  const columns = args[at.columns]!;
  const columnTile = args[at.columnTile]!;
  const groups = args[at.groups]!;
  const parts = Math.ceil(columns / columnTile);
  const firstColumn = (chunk % parts) * columnTile;
  const group = Math.floor(chunk / parts) % groups;
  const first = Math.floor(chunk / parts / groups) * args[at.tile]!;
  const pixels = Math.min(args[at.tile]!, args[at.pixels]! - first);
  const limbs = args[at.limbs]!;
  const terms = args[at.terms]!;
  const pairs = args[at.pairs]!;
  const rowPitch = args[at.rowPitch]!;
  const planes = args[at.planes]! >>> 0;
  const planePitch = args[at.planePitch]!;
  const inputChannels = args[at.inputChannels]!;
  const outputChannels = args[at.outputChannels]!;
  const scratch = (args[at.scratch]! >>> 0) + thread * args[at.scratchPitch]!;
  let rows = planes + (first * inputChannels + group * terms) * 2;
  let pixelPitch = inputChannels * 2;
  let limbPitch = planePitch;
  if (args[at.windows]! !== 0) {
    rows = scratch + args[at.kernelScratch]!;
    pixelPitch = limbs * rowPitch;
    limbPitch = rowPitch;
    kernels.gather(args[at.geometry]!, planes, planePitch, limbs, group, first, pixels, rows, rowPitch);
  }
  kernels.multiply(
    rows,
    pixelPitch,
    limbPitch,
    pixels,
    limbs,
    args[at.bits]!,
    (args[at.packed]! >>> 0) + group * args[at.groupBytes]! + firstColumn * pairs * 4,
    pairs,
    args[at.pairsPerSpill]!,
    Math.min(columnTile, columns - firstColumn),
    args[at.modulus]!,
    (args[at.out]! >>> 0) + (first * outputChannels + group * columns + firstColumn) * 4,
    outputChannels * 4,
    scratch,
  );
}
