/** Implicit im2col: where the window of an output pixel lies in the input, computed instead of copied. */

/** `windowOf(row)`, and `pixelAt(window, i, j)`, which is OUTSIDE for padding. Needs `shape` and `tile`. */
export const windows = /* wgsl */ `
const OUTSIDE = 0xffffffffu;
struct Window { firstRow: u32, y: i32, x: i32 }
fn windowOf(row: u32) -> Window {
  let perInput = tile.outRows * shape.outWidth;
  let input = row / perInput;
  let pixel = row - input * perInput;
  let y = pixel / shape.outWidth;
  let x = pixel - y * shape.outWidth;
  return Window(
    input * tile.inRows,
    i32((tile.firstOutRow + y) * shape.strideY) - i32(shape.padTop),
    i32(x * shape.strideX) - i32(shape.padLeft),
  );
}
fn pixelAt(window: Window, i: u32, j: u32) -> u32 {
  let y = window.y + i32(i * shape.dilationY);
  let x = window.x + i32(j * shape.dilationX);
  if (y < 0 || x < 0 || u32(y) >= shape.height || u32(x) >= shape.width) { return OUTSIDE; }
  return (window.firstRow + u32(y) - tile.firstInRow) * shape.width + u32(x);
}`;

/**
 * `windowWords(window, k)`: word k of a window, for each digit; padding is the words that stand for zeros. Needs the
 * above and digit-words.ts.
 */
export function windowWords(digits: number): string {
  const zeros = Array.from({ length: digits }, (_, d) => `((bytes >> ${8 * d}u) & 0xffu) * 0x01010101u`);
  return /* wgsl */ `
fn windowWords(window: Window, k: u32) -> Words {
  let tap = k / shape.channelWords;
  let i = tap / shape.kernelWidth;
  let pixel = pixelAt(window, i, tap - i * shape.kernelWidth);
  if (pixel == OUTSIDE) {
    let bytes = (bitcast<u32>(-shape.inputShift) + 0x80808080u) ^ 0x80808080u;
    return Words(${zeros.join(', ')});
  }
  return wordsAt(pixel * shape.channelWords + k - tap * shape.channelWords);
}`;
}
