/**
 * The product for few rows: a workgroup computes one row's entries for the channels of one block, every channel shared by
 * several invocations that take every so many-th word and add up at the end. Reads the weights in the matrix kernel's order.
 */
import { combined, dotProduct, modular, PACKED_DOT_DIRECTIVE } from './arithmetic.js';
import { type MatrixVariant, sumsByPower } from './matrix.js';
import { structures } from './structures.js';
import { windows, windowWords } from './windows.js';

const INVOCATIONS = 256;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export function vectorShader(variant: Omit<MatrixVariant, 'rowsEach'>): string {
  const { mode, inputDigits, weightDigits, columnsEach, packedDot } = variant;
  const columns = 16 * columnsEach;
  const parts = INVOCATIONS / columns;
  const xDigits = range(inputDigits);
  const wDigits = range(weightDigits);
  const eachSum = (line: (d: number, e: number) => string): string =>
    xDigits.flatMap((d) => wDigits.map((e) => `      ${line(d, e)}`)).join('\n');
  const total = combined(
    sumsByPower(inputDigits, weightDigits, (d, e) => (e === 0 ? `sum${d}_0 + shift * ones${d}` : `sum${d}_${e}`)),
    'times256',
  );
  const constant = mode === 'integers' ? 'weights[shape.constantsAt + channel]' : '0u';

  return /* wgsl */ `
${packedDot ? PACKED_DOT_DIRECTIVE : ''}
${structures}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> tile: Tile;
@group(0) @binding(2) var<storage, read> digits: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;
var<workgroup> totals: array<u32, ${INVOCATIONS}>;
${dotProduct(packedDot)}
${modular(mode)}
${windows}
${windowWords(inputDigits)}
@compute @workgroup_size(${columns}, ${parts})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row = group.x;
  let window = windowOf(row);
  let shift = shape.weightShift;
${xDigits.map((d) => `  let zero${d} = zeroDigit(${d}u);`).join('\n')}
  var total = 0u;
  for (var from = 0u; from < shape.words; from += shape.reduceAfter) {
    let to = min(from + shape.reduceAfter, shape.words);
${eachSum((d, e) => `var sum${d}_${e} = 0;`)}
${xDigits.map((d) => `    var ones${d} = 0;`).join('\n')}
    for (var k = from + local.y; k < to; k += ${parts}u) {
      let source = digitsAt(window, k);
      let first = select(source, 0u, source == OUTSIDE);
${wDigits.map((e) => `      let w${e} = weights[((group.y * shape.words + k) * ${columns}u + local.x) * ${weightDigits}u + ${e}u];`).join('\n')}
${xDigits
  .map(
    (d) => `      let x${d} = select(digits[first + ${d}u], zero${d}, source == OUTSIDE);
      ones${d} += dot4(x${d}, 0x01010101u);`,
  )
  .join('\n')}
${eachSum((d, e) => `sum${d}_${e} += dot4(x${d}, w${e});`)}
    }
    total = plus(total, ${total});
  }
  totals[index] = total;
  workgroupBarrier();
  let channel = group.y * ${columns}u + local.x;
  if (local.y != 0u || channel >= shape.channelCount) { return; }
  for (var part = 1u; part < ${parts}u; part++) { total = plus(total, totals[part * ${columns}u + local.x]); }
  result[row * shape.outChannels + shape.firstChannel + channel] = canonical(plus(total, ${constant}));
}`;
}
