/**
 * The product for few rows: a workgroup computes one row's entries for the channels of one block, every channel shared by
 * several invocations that take every so many-th word and add up at the end. Reads the weights in the matrix kernel's order.
 */
import { digitsType, digitWords, directives, type Variant } from './digit-words.js';
import { finishing } from './finishing.js';
import { structures } from './structures.js';
import { windows, windowWords } from './windows.js';

const INVOCATIONS = 256;

export function vectorShader(variant: Variant): string {
  const { digits, columnsEach } = variant;
  const columns = 16 * columnsEach;
  const parts = INVOCATIONS / columns;
  return /* wgsl */ `
${directives(variant)}
${structures}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> tile: Tile;
@group(0) @binding(2) var<storage, read> digits: array<${digitsType(digits)}>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;
var<workgroup> totals: array<u32, ${INVOCATIONS}>;
${digitWords(variant)}
${windows}
${windowWords(digits)}
${finishing(variant, 1)}
@compute @workgroup_size(${columns}, ${parts})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row = group.x;
  let window = windowOf(row);
  var sum = 0u;
  for (var first = 0u; first < shape.words; first += shape.reduceAfter) {
    let end = min(first + shape.reduceAfter, shape.words);
    var sums = Sums();
    var plain = Sums();
    for (var k = first + local.y; k < end; k += ${parts}u) {
      let x = windowWords(window, k);
      sums += products(x, weights[(group.y * shape.words + k) * ${columns}u + local.x]);
      if (shape.weightShift != 0) { plain += products(x, 0x01010101u); }
    }
    sum = plus(sum, total(sums + plain * shape.weightShift));
  }
  totals[index] = sum;
  workgroupBarrier();
  if (local.y != 0u) { return; }
  for (var part = 1u; part < ${parts}u; part++) { sum = plus(sum, totals[part * ${columns}u + local.x]); }
  let column = group.y * ${columns}u + local.x;
  finish(row, column, sum);
}`;
}
