import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Jimp } from 'jimp';
import * as assert from 'uvu/assert';
import { ImageError } from '../../src/model/errors.js';
import type { ActivationTensor } from '../../src/model/tensor.js';
import {
  anImage,
  decodeImage,
  drawBox,
  encodePng,
  type Image,
  padToSquare,
  quantizeInput,
  readImage,
  resizeBilinear,
} from '../../src/pictures/index.js';
import { check, suite } from '../suite.js';

const test = suite('images');

type Mime = 'image/png' | 'image/jpeg' | 'image/bmp';

async function encoded(image: Image, mime: Mime): Promise<Uint8Array> {
  const { width, height, pixels } = image;
  const data = Buffer.alloc(4 * width * height, 255);
  for (let pixel = 0; pixel < width * height; pixel++) data.set(pixels.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return new Uint8Array(await new Jimp({ width, height, data }).getBuffer(mime));
}

function picture(width: number, height: number, colour: (index: number) => number): Image {
  return { width, height, pixels: Uint8Array.from({ length: 3 * width * height }, (_, index) => colour(index)) };
}

const noisy = picture(7, 5, (index) => (index * 89) % 256);
const smooth = picture(16, 16, (index) => 60 + Math.floor(index / 48) * 8);

async function refusal(bytes: Uint8Array, name = 'picture.png'): Promise<string> {
  try {
    await decodeImage(bytes, name);
  } catch (error) {
    assert.instance(error, ImageError);
    const { message } = error as Error;
    assert.ok(message.startsWith(name) && message.endsWith('.') && !message.includes('\n'), message);
    return message;
  }
  throw new Error('accepted');
}

test('PNG and BMP come back as they were', async () => {
  assert.equal(await decodeImage(await encoded(noisy, 'image/png'), 'a'), noisy);
  assert.equal(await decodeImage(await encoded(noisy, 'image/bmp'), 'a'), noisy);
  assert.equal(await decodeImage(await encodePng(noisy), 'a'), noisy);
});

test('JPEG comes back nearly as it was', async () => {
  const back = await decodeImage(await encoded(smooth, 'image/jpeg'), 'a');
  assert.equal([back.width, back.height], [16, 16]);
  back.pixels.forEach((value, index) => {
    assert.ok(Math.abs(value - smooth.pixels[index]!) <= 4, `${value} for ${smooth.pixels[index]}`);
  });
});

test('bytes inside a larger buffer are read in place', async () => {
  const png = await encodePng(noisy);
  const larger = new Uint8Array(png.length + 20).fill(7);
  larger.set(png, 3);
  assert.equal(await decodeImage(larger.subarray(3, 3 + png.length), 'a'), noisy);
});

/** A bitmap by hand: 24 bits, rows of four bytes, from the bottom unless the height is negative. */
function bitmap(height: number): Uint8Array {
  const bytes = Buffer.alloc(54 + 8);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(1, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.set([1, 2, 3, 0, 4, 5, 6, 0], 54);
  return new Uint8Array(bytes);
}

test('bitmaps are blue first, and from the bottom unless they say otherwise', async () => {
  assert.equal([...(await decodeImage(bitmap(2), 'a')).pixels], [6, 5, 4, 3, 2, 1]);
  assert.equal([...(await decodeImage(bitmap(-2), 'a')).pixels], [3, 2, 1, 6, 5, 4]);
});

test('transparent pixels are shown on black', async () => {
  const data = Buffer.from([200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128, 255, 1, 2, 127]);
  const png = await new Jimp({ width: 4, height: 1, data }).getBuffer('image/png');
  const { pixels } = await decodeImage(new Uint8Array(png), 'a');
  // 200 * 128 / 255 = 100.4, 100 * 128 / 255 = 50.2, 50 * 128 / 255 = 25.1; 255 * 127 / 255, 0.498, 0.996
  assert.equal([...pixels], [200, 100, 50, 0, 0, 0, 100, 50, 25, 127, 0, 1]);
});

test('what is no picture is said to be none', async () => {
  assert.match(await refusal(new Uint8Array()), /is empty/);
  assert.match(await refusal(new TextEncoder().encode('I am a picture')), /is not a picture: give a BMP, JPEG or PNG/);
  assert.match(await refusal(new TextEncoder().encode('GIF89a..........')), /is not a picture/);
  assert.match(await refusal(new Uint8Array(100)), /is not a picture/);
  assert.match(
    await refusal(new TextEncoder().encode('BMW cars and other things that are no bitmaps')),
    /damaged|too large/,
  );
});

test('a picture cut short anywhere is refused', async () => {
  for (const mime of ['image/png', 'image/jpeg', 'image/bmp'] as const) {
    const bytes = await encoded(noisy, mime);
    // The last bitmap row is followed by filling that no pixel needs.
    const needed = bytes.length - (mime === 'image/bmp' ? 5 : 0);
    for (let length = 1; length < needed; length += mime === 'image/jpeg' ? 7 : 1) {
      await refusal(bytes.slice(0, length));
    }
  }
});

test('absurd sizes are refused before anything is allocated', async () => {
  const png = await encodePng(noisy);
  const view = new DataView(png.buffer);
  view.setUint32(16, 2 ** 31 - 1);
  view.setUint32(20, 2 ** 31 - 1);
  assert.match(await refusal(png), /too large/);
  view.setUint32(16, 0);
  assert.match(await refusal(png), /damaged/);
  const bmp = await encoded(noisy, 'image/bmp');
  new DataView(bmp.buffer).setInt32(18, 2 ** 30, true);
  assert.match(await refusal(bmp), /too large/);
  new DataView(bmp.buffer).setInt32(18, -5, true);
  assert.match(await refusal(bmp), /damaged/);
  const jpeg = await encoded(noisy, 'image/jpeg');
  const frame = Buffer.from(jpeg).indexOf(Buffer.from([0xff, 0xc0]));
  new DataView(jpeg.buffer).setUint32(frame + 5, 0xffff_ffff);
  assert.match(await refusal(jpeg), /too large/);
});

test('changed bytes give a picture or an ImageError', async () => {
  for (const mime of ['image/png', 'image/jpeg', 'image/bmp'] as const) {
    const whole = await encoded(noisy, mime);
    const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
    await check(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = whole.slice();
        for (const { at, value } of changes) bytes[at] = value;
        try {
          anImage(await decodeImage(bytes, 'a'));
        } catch (error) {
          assert.instance(error, ImageError);
        }
      }),
      300,
    );
  }
});

test('a file that cannot be read is an ImageError in plain words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slalom-image-'));
  const message = async (path: string): Promise<string> => {
    const error = await readImage(path).catch((reason: unknown) => reason);
    assert.instance(error, ImageError);
    return (error as Error).message;
  };
  try {
    assert.match(await message(join(folder, 'none.png')), /^There is no file .*none\.png\.$/);
    assert.match(await message(folder), /is a folder/);
    const text = join(folder, 'text.png');
    await writeFile(text, 'hello');
    assert.match(await message(text), /text\.png is not a picture/);
    const good = join(folder, 'good.png');
    await writeFile(good, await encodePng(noisy));
    assert.equal(await readImage(good), noisy);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const grey = (width: number, height: number, values: readonly number[]): Image =>
  picture(width, height, (index) => values[Math.floor(index / 3)]!);
const firstColour = (rgb: Float32Array): number[] => [...rgb].filter((_, index) => index % 3 === 0);

test('resizing follows the first TensorFlow rule', () => {
  // Twice as wide: 0, 0.5, then at the edge the last entry again.
  assert.equal(firstColour(resizeBilinear(grey(2, 1, [10, 20]), 4, 1)), [10, 15, 20, 20]);
  // 5 to 2: places 0 and 2.5.
  assert.equal(firstColour(resizeBilinear(grey(5, 1, [0, 10, 20, 40, 80]), 2, 1)), [0, 30]);
  // 2 x 2 to 3 x 3: places 0, 2/3, 4/3 (the last lies at the edge).
  const thirds = firstColour(resizeBilinear(grey(2, 2, [0, 30, 60, 90]), 3, 3));
  assert.equal(thirds.map(Math.round), [0, 20, 30, 40, 60, 70, 60, 80, 90]);
  // Halving takes every other entry, without averaging.
  assert.equal(firstColour(resizeBilinear(grey(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]), 2, 1)), [1, 3]);
  // Not rounded.
  assert.equal(firstColour(resizeBilinear(grey(2, 1, [0, 1]), 4, 1)), [0, 0.5, 1, 1]);
});

test('resizing to the same size changes nothing, and colours stay apart', () => {
  assert.equal([...resizeBilinear(noisy, 7, 5)], [...noisy.pixels]);
  const colours = picture(2, 1, (index) => [0, 100, 200, 10, 120, 230][index]!);
  assert.equal([...resizeBilinear(colours, 4, 1)].slice(3, 6), [5, 110, 215]);
});

test('resizing stays inside the values of the picture', async () => {
  await check(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (width, height) => {
      const result = resizeBilinear(noisy, width, height);
      assert.is(result.length, 3 * width * height);
      for (const value of result) assert.ok(value >= 0 && value <= 255);
    }),
  );
});

test('a square holds the picture at the top left', () => {
  assert.equal(padToSquare(grey(1, 2, [5, 6])), grey(2, 2, [5, 0, 6, 0]));
  assert.equal(padToSquare(grey(2, 1, [5, 6])), grey(2, 2, [5, 6, 0, 0]));
  assert.equal(padToSquare(grey(1, 1, [5])), grey(1, 1, [5]));
});

test('a box is an outline inside its sides, cut at the picture', () => {
  const rows = (image: Image): string[] =>
    Array.from({ length: image.height }, (_, row) =>
      Array.from({ length: image.width }, (_, column) =>
        image.pixels[3 * (row * image.width + column)] === 9 ? '#' : '.',
      ).join(''),
    );
  const canvas = picture(6, 5, () => 0);
  const drawn = drawBox(canvas, { left: 1, top: 1, right: 5, bottom: 4 }, [9, 8, 7], 1);
  assert.equal(rows(drawn), ['......', '.####.', '.#..#.', '.####.', '......']);
  assert.equal([...drawn.pixels.slice(21, 24)], [9, 8, 7]);
  assert.equal(rows(canvas)[1], '......', 'the picture itself is not changed');
  const cut = drawBox(canvas, { left: -3.2, top: 1.6, right: 2.4, bottom: 99 }, [9, 8, 7], 1);
  assert.equal(rows(cut), ['......', '......', '##....', '.#....', '.#....']);
  const thick = drawBox(canvas, { left: 0, top: 0, right: 6, bottom: 5 }, [9, 8, 7], 2);
  assert.equal(rows(thick), ['######', '######', '##..##', '######', '######']);
});

test('what is not well formed is refused', () => {
  const wrong = { width: 2, height: 2, pixels: new Uint8Array(11) };
  assert.throws(() => anImage(wrong), /expected 12 bytes, got 11/);
  assert.throws(() => anImage({ ...wrong, width: 1.5 }), /width must be/);
  assert.throws(() => anImage({ ...wrong, pixels: [] as never }), /Uint8Array/);
  assert.throws(() => resizeBilinear(noisy, 0, 3), /positive whole number/);
  const box = { left: 0, top: 0, right: 1, bottom: 1 };
  assert.throws(() => drawBox(noisy, { ...box, left: Number.NaN }, [0, 0, 0], 1), /finite/);
  assert.throws(() => drawBox(noisy, box, [0, 0, 256], 1), /colour/);
  assert.throws(() => drawBox(noisy, box, [0, 0, 0], 0), /thickness/);
});

test('pixels become the codes of the input tensor, rounded half up', () => {
  const tensor: ActivationTensor = {
    kind: 'activation',
    name: 'input',
    shape: [1, 2, 3],
    scale: 1 / 128,
    zeroPoint: 128,
    minimum: -128,
    maximum: 127,
  };
  const pixels = Float32Array.of(0, 0.5, 127.49, 128, 254.5, 255);
  assert.equal([...quantizeInput(pixels, tensor)], [-128, -127, -1, 0, 127, 127]);
  // uint8 with zero point 127, and int8 with -1: the same codes.
  const other = { ...tensor, zeroPoint: 127, minimum: -127, maximum: 128 };
  assert.equal([...quantizeInput(pixels, other)], [-127, -126, 0, 1, 128, 128]);
  assert.equal([...quantizeInput(Float32Array.of(-3, 300, 1, 1, 1, 1), tensor)].slice(0, 2), [-128, 127]);
  assert.throws(() => quantizeInput(pixels.slice(1), tensor), /expected 6 colours, got 5/);
  assert.throws(() => quantizeInput(pixels, { ...tensor, shape: [6] }), /picture/);
  assert.throws(() => quantizeInput(pixels, { ...tensor, minimum: 0 }), /picture/);
});
