/** From a file or an element of the page to pixels, with the browser's own decoder. */
import { type Image, imageFromRgba } from '../../../src/pictures/browser.js';

/** As many as the library's own decoder takes. */
const MOST_PIXELS = 2 ** 25;

/** The pixels of a picture as its file stores them, turned the way its camera says. */
export async function readPhoto(source: Blob | HTMLImageElement | HTMLCanvasElement, name: string): Promise<Image> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(source, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch {
    throw new Error(`${name} is not a picture that this browser can read: choose a JPEG, PNG or WebP file.`);
  }
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS) {
    bitmap.close();
    throw new Error(`${name} has ${width} × ${height} pixels, which is too large: make it smaller.`);
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return imageFromRgba(context.getImageData(0, 0, width, height).data, width, height);
}

/** Draws a picture at its full size. */
export function paintPhoto(canvas: HTMLCanvasElement, { width, height, pixels }: Image): void {
  canvas.width = width;
  canvas.height = height;
  const data = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let colour = 0; colour < 3; colour++) data.data[4 * pixel + colour] = pixels[3 * pixel + colour]!;
    data.data[4 * pixel + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(data, 0, 0);
}
