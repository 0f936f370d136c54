/**
 * The direct kernel, for depthwise and grouped convolutions: one invocation per output entry, whole weights. It reads what
 * was sent as it is and cuts every entry itself, since each is used only a few times.
 */
import type { LimbPlan, Mode } from '../bounds.js';
import { combined, modular } from './arithmetic.js';
import { entries } from './input.js';
import { structures } from './structures.js';
import { windows } from './windows.js';

/** Invocations of a workgroup. */
export const DIRECT_INVOCATIONS = 64;

/** How one entry b is added to the sums, times the weight w. */
function accumulate({ bits, limbs }: Pick<LimbPlan, 'bits' | 'limbs'>): string {
  const lines = ['var rest = b;'];
  for (let limb = 0; limb < limbs; limb++) {
    if (limb === limbs - 1) lines.push(`sum${limb} += w * rest;`);
    else {
      lines.push(`let limb${limb} = extractBits(rest, 0u, ${bits}u);`);
      lines.push(`sum${limb} += w * limb${limb};`, `rest = (rest - limb${limb}) >> ${bits}u;`);
    }
  }
  return lines.join(' ');
}

/** @param plan null over the integers, where a product is taken modulo 2^32 and nothing is reduced */
export function directShader(mode: Mode, plan: Pick<LimbPlan, 'bits' | 'limbs'> | null): string {
  const sums = plan === null ? ['sum0'] : Array.from({ length: plan.limbs }, (_, limb) => `sum${limb}`);
  const total = combined(sums, plan?.bits === 16 ? 'times65536' : 'times256');
  const reduce = `total = plus(total, ${total});`;
  const spill = `
        terms++;
        if (terms == shape.reduceAfter) { ${reduce} ${sums.map((sum) => `${sum} = 0;`).join(' ')} terms = 0u; }`;
  return /* wgsl */ `
${structures}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> tile: Tile;
@group(0) @binding(2) var<storage, read> sent: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<i32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;
${modular(mode)}
${entries(mode)}
${windows}
@compute @workgroup_size(${DIRECT_INVOCATIONS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let place = (group.y * tile.stride + group.x) * ${DIRECT_INVOCATIONS}u + local;
  let row = place / shape.channelCount;
  if (row >= tile.rows) { return; }
  let column = place - row * shape.channelCount;
  let channel = shape.firstChannel + column;
  let depth = shape.channels / shape.groups;
  let firstInput = channel / (shape.outChannels / shape.groups) * depth;
  let window = windowOf(row);
  var total = 0u;
${sums.map((sum) => `  var ${sum} = 0;`).join('\n')}
  var terms = 0u;
  for (var i = 0u; i < shape.kernelHeight; i++) {
    for (var j = 0u; j < shape.kernelWidth; j++) {
      let pixel = pixelAt(window, i, j);
      if (pixel == OUTSIDE) { continue; }
      let inputAt = pixel * shape.channels + firstInput;
      let weightsAt = (i * shape.kernelWidth + j) * depth;
      for (var k = 0u; k < depth; k++) {
        let b = entry(inputAt + k);
        let w = weights[(weightsAt + k) * shape.channelCount + column];
        ${plan === null ? 'sum0 += w * b;' : `${accumulate(plan)} ${spill}`}
      }
    }
  }
  ${reduce}
  result[row * shape.outChannels + channel] = canonical(total);
}`;
}
