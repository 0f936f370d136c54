/**
 * The tiled matrix product: rows are output pixels, columns output channels, the depth is a window's words. A workgroup of
 * 16 x 16 invocations computes 16 * rowsEach pixels times 16 * columnsEach channels from tiles in workgroup memory; every
 * invocation keeps one sum for each of its entries and each pair of digits. All loops over those are written out, since a
 * variable index would put the sums into memory.
 */
import type { Mode } from '../bounds.js';
import { combined, dotProduct, modular, PACKED_DOT_DIRECTIVE } from './arithmetic.js';
import { structures } from './structures.js';
import { windows, windowWords } from './windows.js';

/** What a matrix kernel is made for. */
export interface MatrixVariant {
  readonly mode: Mode;
  readonly inputDigits: number;
  readonly weightDigits: number;
  readonly rowsEach: number;
  readonly columnsEach: number;
  readonly packedDot: boolean;
}

/** Words of depth per tile. */
export const TILE_WORDS = 8;
const SIDE = 16;
const INVOCATIONS = SIDE * SIDE;

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The sums of equal power of 256, for `combined`; `sum(d, e)` names the sum of input digit d and weight digit e. */
export function sumsByPower(
  inputDigits: number,
  weightDigits: number,
  sum: (d: number, e: number) => string,
): string[][] {
  return range(inputDigits + weightDigits - 1).map((power) =>
    range(weightDigits)
      .filter((e) => power - e >= 0 && power - e < inputDigits)
      .map((e) => sum(power - e, e)),
  );
}

export function matrixShader(variant: MatrixVariant): string {
  const { mode, inputDigits, weightDigits, rowsEach, columnsEach, packedDot } = variant;
  const rows = range(rowsEach);
  const columns = range(columnsEach);
  const xDigits = range(inputDigits);
  const wDigits = range(weightDigits);
  const tileRows = SIDE * rowsEach;
  const tileColumns = SIDE * columnsEach;
  const rowWords = TILE_WORDS * inputDigits;
  const weightWords = TILE_WORDS * tileColumns * weightDigits;
  // Consecutive invocations load consecutive words of one row; each loads one word of every 32nd row.
  const loads = range(tileRows / (INVOCATIONS / TILE_WORDS));
  const each = (line: (m: number, n: number) => string): string =>
    rows.flatMap((m) => columns.map((n) => `  ${line(m, n)}`)).join('\n');
  const eachSum = (line: (m: number, n: number, d: number, e: number) => string): string =>
    each((m, n) => xDigits.flatMap((d) => wDigits.map((e) => line(m, n, d, e))).join(' '));
  const constant = mode === 'integers' ? 'weights[shape.constantsAt + channel]' : '0u';

  return /* wgsl */ `
${packedDot ? PACKED_DOT_DIRECTIVE : ''}
${structures}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> tile: Tile;
@group(0) @binding(2) var<storage, read> digits: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;
var<workgroup> xs: array<u32, ${tileRows * rowWords}>;
var<workgroup> ws: array<u32, ${weightWords}>;
${dotProduct(packedDot)}
${modular(mode)}
${windows}
${windowWords(inputDigits)}
fn store(row: u32, channel: u32, value: u32) {
  if (row >= tile.rows || channel >= shape.channelCount) { return; }
  result[row * shape.outChannels + shape.firstChannel + channel] = canonical(plus(value, ${constant}));
}
@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let firstRow = group.x * ${tileRows}u;
  let depth = index % ${TILE_WORDS}u;
  let loadRow = index / ${TILE_WORDS}u;
${loads.map((l) => `  let window${l} = windowOf(min(firstRow + loadRow + ${(INVOCATIONS / TILE_WORDS) * l}u, tile.rows - 1u));`).join('\n')}
${xDigits.map((d) => `  let zero${d} = zeroDigit(${d}u);`).join('\n')}
${each((m, n) => `var total${m}_${n} = 0u;`)}
  for (var from = 0u; from < shape.words; from += shape.reduceAfter) {
    let to = min(from + shape.reduceAfter, shape.words);
${eachSum((m, n, d, e) => `var sum${m}_${n}_${d}_${e} = 0;`)}
${loads.map((l) => xDigits.map((d) => `    var ones${l}_${d} = 0;`).join('\n')).join('\n')}
    for (var base = from; base < to; base += ${TILE_WORDS}u) {
      workgroupBarrier();
      let k = base + depth;
${loads
  .map(
    (l) => `      {
        let at = (loadRow + ${(INVOCATIONS / TILE_WORDS) * l}u) * ${rowWords}u + depth * ${inputDigits}u;
        let source = digitsAt(window${l}, k);
        let first = select(source, 0u, source == OUTSIDE || k >= to);
${xDigits
  .map(
    (d) => `        let x${d} = select(select(digits[first + ${d}u], zero${d}, source == OUTSIDE), 0u, k >= to);
        xs[at + ${d}u] = x${d};
        ones${l}_${d} += dot4(x${d}, 0x01010101u);`,
  )
  .join('\n')}
      }`,
  )
  .join('\n')}
      let weightsAt = (group.y * shape.words + base) * ${tileColumns * weightDigits}u;
      let weightCount = (to - base) * ${tileColumns * weightDigits}u;
      for (var i = index; i < ${weightWords}u; i += ${INVOCATIONS}u) {
        ws[i] = select(0u, weights[weightsAt + i], i < weightCount);
      }
      workgroupBarrier();
      for (var word = 0u; word < ${TILE_WORDS}u; word++) {
${rows.map((m) => xDigits.map((d) => `        let x${m}_${d} = xs[(local.y + ${SIDE * m}u) * ${rowWords}u + word * ${inputDigits}u + ${d}u];`).join('\n')).join('\n')}
${columns.map((n) => wDigits.map((e) => `        let w${n}_${e} = ws[(word * ${tileColumns}u + local.x + ${SIDE * n}u) * ${weightDigits}u + ${e}u];`).join('\n')).join('\n')}
${eachSum((m, n, d, e) => `sum${m}_${n}_${d}_${e} += dot4(x${m}_${d}, w${n}_${e});`)}
      }
    }
    // The loaders' sums of each row, for the weights' shift.
    workgroupBarrier();
${loads.map((l) => xDigits.map((d) => `    xs[(loadRow + ${(INVOCATIONS / TILE_WORDS) * l}u) * ${rowWords}u + depth * ${inputDigits}u + ${d}u] = bitcast<u32>(ones${l}_${d});`).join('\n')).join('\n')}
    workgroupBarrier();
${rows.map((m) => xDigits.map((d) => `    var extra${m}_${d} = 0;`).join('\n')).join('\n')}
    if (shape.weightShift != 0) {
      for (var word = 0u; word < ${TILE_WORDS}u; word++) {
${rows.map((m) => xDigits.map((d) => `        extra${m}_${d} += bitcast<i32>(xs[(local.y + ${SIDE * m}u) * ${rowWords}u + word * ${inputDigits}u + ${d}u]);`).join('\n')).join('\n')}
      }
${rows.map((m) => xDigits.map((d) => `      extra${m}_${d} *= shape.weightShift;`).join('\n')).join('\n')}
    }
${each(
  (m, n) =>
    `  total${m}_${n} = plus(total${m}_${n}, ${combined(
      sumsByPower(inputDigits, weightDigits, (d, e) =>
        e === 0 ? `sum${m}_${n}_${d}_0 + extra${m}_${d}` : `sum${m}_${n}_${d}_${e}`,
      ),
      'times256',
    )});`,
)}
  }
${each((m, n) => `store(firstRow + local.y + ${SIDE * m}u, group.y * ${tileColumns}u + local.x + ${SIDE * n}u, total${m}_${n});`)}
}`;
}
