/** What the first bytes of a picture say: its format and its size, before anything of that size is allocated. */

export interface Header {
  readonly format: 'BMP' | 'JPEG' | 'PNG';
  /** Both 0 when the file ends before it says them. */
  readonly width: number;
  readonly height: number;
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

function pngSize(view: DataView): [number, number] {
  return view.byteLength < 24 ? [0, 0] : [view.getUint32(16), view.getUint32(20)];
}

/** Old bitmaps have a 12-byte header with 16-bit sizes; a negative height means that rows are stored from the top. */
function bmpSize(view: DataView): [number, number] {
  if (view.byteLength < 26) return [0, 0];
  if (view.getUint32(14, true) === 12) return [view.getUint16(18, true), view.getUint16(20, true)];
  return [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
}

/** Markers that start a frame, and so say its size: C0 to CF but for C4, C8 and CC. */
function startsFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Walks the segments, each a marker and a length, up to the frame's. */
function jpegSize(view: DataView): [number, number] {
  let offset = 2;
  while (offset + 9 <= view.byteLength && view.getUint8(offset) === 0xff) {
    const marker = view.getUint8(offset + 1);
    if (startsFrame(marker)) return [view.getUint16(offset + 7), view.getUint16(offset + 5)];
    // 0xff may be repeated as filling.
    offset += marker === 0xff ? 1 : 2 + view.getUint16(offset + 2);
  }
  return [0, 0];
}

const FORMATS = [
  { format: 'PNG', signature: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], size: pngSize },
  { format: 'JPEG', signature: [0xff, 0xd8, 0xff], size: jpegSize },
  { format: 'BMP', signature: [0x42, 0x4d], size: bmpSize },
] as const;

/** The format and size of a picture, or null when the bytes start as none of the three formats does. */
export function readHeader(bytes: Uint8Array): Header | null {
  const found = FORMATS.find(({ signature }) => startsWith(bytes, signature));
  if (found === undefined) return null;
  const [width, height] = found.size(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { format: found.format, width, height };
}
