/**
 * The tiled matrix product: rows are output pixels, columns output channels, the depth is a window's words. A workgroup of
 * 16 x 16 invocations computes 16 * rowsEach pixels times 16 * columnsEach channels from tiles in workgroup memory. Every
 * invocation keeps a vector of sums, one for each input digit, for each of its entries; the loops over those are written
 * out here, since a variable index would put the sums into memory.
 */
import { component, digitsType, digitWords, directives, type Variant, vectorOf } from './digit-words.js';
import { finishing } from './finishing.js';
import { structures } from './structures.js';
import { windows, windowWords } from './windows.js';

/** Words of depth per tile. */
export const TILE_WORDS = 16;
const SIDE = 16;
const INVOCATIONS = SIDE * SIDE;

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** @param rowsEach a power of two, with rowsEach * digits at most 8 so that the tiles fit the 16 KiB every GPU has */
export function matrixShader(variant: Variant, rowsEach: number): string {
  const { digits, columnsEach } = variant;
  const tileRows = SIDE * rowsEach;
  const rows = range(rowsEach);
  const entries = rowsEach * columnsEach;
  const each = (line: (m: number, n: number) => string): string =>
    rows.flatMap((m) => range(columnsEach).map((n) => line(m, n))).join('\n');
  const weight = (n: number): string => component('w', n, columnsEach);

  return /* wgsl */ `
${directives(variant)}
${structures}
alias Weights = ${vectorOf('u32', columnsEach)};
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> tile: Tile;
@group(0) @binding(2) var<storage, read> digits: array<${digitsType(digits)}>;
@group(0) @binding(3) var<storage, read> weights: array<Weights>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;
var<workgroup> places: array<Window, ${tileRows}>;
var<workgroup> xs: array<Words, ${tileRows * TILE_WORDS}>;
var<workgroup> ws: array<Weights, ${TILE_WORDS * SIDE}>;
${digitWords(variant)}
${windows}
${windowWords(digits)}
${finishing(variant, columnsEach)}
@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let firstRow = group.x * ${tileRows}u;
  if (index < ${tileRows}u) { places[index] = windowOf(min(firstRow + index, tile.rows - 1u)); }
  var totals = array<u32, ${entries}>();
  for (var first = 0u; first < shape.words; first += shape.reduceAfter) {
    let end = min(first + shape.reduceAfter, shape.words);
${each((m, n) => `    var sums${m}${n} = Sums();`)}
${rows.map((m) => `    var plain${m} = Sums();`).join('\n')}
    for (var base = first; base < end; base += ${TILE_WORDS}u) {
      workgroupBarrier();
      // Neighbours load neighbouring words: local.x is the word here, local.y the row.
      let k = base + local.x;
      for (var row = local.y; row < ${tileRows}u; row += ${SIDE}u) {
        var words = Words();
        if (k < end) { words = windowWords(places[row], k); }
        xs[row * ${TILE_WORDS}u + local.x] = words;
      }
      var w = Weights();
      if (base + local.y < end) { w = weights[(group.y * shape.words + base + local.y) * ${SIDE}u + local.x]; }
      ws[index] = w;
      workgroupBarrier();
      for (var word = 0u; word < ${TILE_WORDS}u; word++) {
        let w = ws[word * ${SIDE}u + local.x];
${rows.map((m) => `        let x${m} = xs[(local.y + ${SIDE * m}u) * ${TILE_WORDS}u + word];`).join('\n')}
${each((m, n) => `        sums${m}${n} += products(x${m}, ${weight(n)});`)}
        if (shape.weightShift != 0) {
${rows.map((m) => `          plain${m} += products(x${m}, 0x01010101u);`).join('\n')}
        }
      }
    }
    var all: array<Sums, ${entries}>;
${each((m, n) => `    all[${m * columnsEach + n}] = sums${m}${n} + plain${m} * shape.weightShift;`)}
    for (var i = 0u; i < ${entries}u; i++) { totals[i] = plus(totals[i], total(all[i])); }
  }
  let column = group.y * ${SIDE * columnsEach}u + local.x * ${columnsEach}u;
  for (var i = 0u; i < ${entries}u; i++) {
    finish(firstRow + local.y + i / ${columnsEach}u * ${SIDE}u, column + i % ${columnsEach}u, totals[i]);
  }
}`;
}

/** Every invocation of a workgroup loads exactly one vector of weights. */
if (INVOCATIONS !== TILE_WORDS * SIDE) throw new RangeError('a tile of weights must have one vector per invocation');
