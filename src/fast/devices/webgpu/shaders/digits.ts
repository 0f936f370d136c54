/** The kernel that cuts what was sent into digits: four channels of one digit to a word, the digits of four channels together. */
import type { Mode } from '../bounds.js';
import { entries } from './input.js';
import { structures } from './structures.js';

/** Entries that fill a pixel up to whole words are zeros, like padding. */
export function digitsShader(mode: Mode, inputDigits: number): string {
  const bytes = [0, 1, 2, 3].map(
    (lane) => `  let bytes${lane} = (bitcast<u32>(valueAt(pixel, channel + ${lane}u)) + 0x80808080u) ^ 0x80808080u;`,
  );
  const words = Array.from({ length: inputDigits }, (_, digit) => {
    const lanes = [0, 1, 2, 3].map((lane) => `((bytes${lane} >> ${8 * digit}u) & 0xffu) << ${8 * lane}u`);
    return `  digits[word * ${inputDigits}u + ${digit}u] = (${lanes.join(') | (')});`;
  });
  return /* wgsl */ `
${structures}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> tile: Tile;
@group(0) @binding(2) var<storage, read> sent: array<u32>;
@group(0) @binding(3) var<storage, read_write> digits: array<u32>;
${entries(mode)}
fn valueAt(pixel: u32, channel: u32) -> i32 {
  if (channel >= shape.channels) { return -shape.inputShift; }
  return entry(pixel * shape.channels + channel) - shape.inputShift;
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let word = (group.y * tile.stride + group.x) * 64u + local;
  if (word >= tile.inputs * tile.inRows * shape.width * shape.channelWords) { return; }
  let pixel = word / shape.channelWords;
  let channel = (word - pixel * shape.channelWords) * 4u;
${bytes.join('\n')}
${words.join('\n')}
}`;
}
