/** The largest entry of each channel of a window: the mean too, when the window has one entry. */

/** `blocks` times eight channels. Rows are `rowBytes` apart and pixels `pixelBytes`. */
export function largestBlocks(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  blocks: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const low = i16x8.splat(<i16>minimum);
  const high = i16x8.splat(<i16>maximum);
  if (height === 2 && width === 2) {
    const below = rowBytes - pixelBytes;
    do {
      const right = from + pixelBytes;
      const under = right + below;
      const corner = under + pixelBytes;
      const upper = i16x8.max_s(v128.load(from), v128.load(right));
      const best = i16x8.max_s(upper, i16x8.max_s(v128.load(under), v128.load(corner)));
      v128.store(out, i16x8.min_s(i16x8.max_s(best, low), high));
      from += 16;
      out += 16;
    } while (--blocks > 0);
    return;
  }
  do {
    let best = v128.load(from);
    let line = from;
    let i = height;
    do {
      let at = line;
      let j = width;
      do {
        best = i16x8.max_s(best, v128.load(at));
        at += pixelBytes;
      } while (--j > 0);
      line += rowBytes;
    } while (--i > 0);
    v128.store(out, i16x8.min_s(i16x8.max_s(best, low), high));
    from += 16;
    out += 16;
  } while (--blocks > 0);
}

export function largestOne(
  from: usize,
  height: i32,
  width: i32,
  rowBytes: usize,
  pixelBytes: usize,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  let best = -32768;
  for (let i = 0; i < height; i++, from += rowBytes) {
    let at = from;
    for (let j = 0; j < width; j++, at += pixelBytes) {
      const entry = <i32>load<i16>(at);
      best = select(entry, best, entry > best);
    }
  }
  best = select(minimum, best, best < minimum);
  store<i16>(out, <i16>select(maximum, best, best > maximum));
}
