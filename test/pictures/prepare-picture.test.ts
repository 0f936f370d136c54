/** From pictures to inputs, against the definition entry by entry. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  aPreprocessing,
  BYTE_CODES,
  fitted,
  type Image,
  type Preprocessing,
  pictureQuantization,
  preparePicture,
  quantizeInput,
  realPicture,
  resizeBilinear,
} from '../../src/pictures/index.js';
import type { Tensor } from '../../src/reference/index.js';
import { check, suite } from '../suite.js';

const test = suite('prepare pictures');

const image: fc.Arbitrary<Image> = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height })
      .map((pixels) => ({ width, height, pixels })),
  );

const side = fc.integer({ min: 1, max: 7 });
const colour = fc.double({ min: -3, max: 3, noNaN: true });

test('fitting keeps the middle or the corner, pads with black, and gives the wanted proportions', () =>
  check(
    fc.property(image, side, side, fc.constantFrom('crop', 'pad', 'corner'), (picture, width, height, fit) => {
      const result = fitted(picture, fit as 'crop' | 'pad' | 'corner', width, height);
      const { width: w, height: h } = result;
      // One side is as it was; the other is the nearest whole number of pixels.
      const byWidth = Math.max(1, Math.round((picture.width * height) / width));
      const byHeight = Math.max(1, Math.round((picture.height * width) / height));
      assert.ok((w === picture.width && h === byWidth) || (h === picture.height && w === byHeight));
      if (fit === 'crop') assert.ok(w <= picture.width && h <= picture.height);
      else assert.ok(w >= picture.width && h >= picture.height);
      const left = fit === 'corner' ? 0 : Math.floor((picture.width - w) / 2);
      const top = fit === 'corner' ? 0 : Math.floor((picture.height - h) / 2);
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          const inside = x + left >= 0 && x + left < picture.width && y + top >= 0 && y + top < picture.height;
          for (let c = 0; c < 3; c++) {
            const expected = inside ? picture.pixels[3 * ((y + top) * picture.width + x + left) + c]! : 0;
            assert.is(result.pixels[3 * (y * w + x) + c], expected);
          }
        }
      }
    }),
    300,
  ));

test('affine colours: order, factor, offset, scale, clamp', () =>
  check(
    fc.property(
      image,
      fc.constantFrom('rgb', 'bgr'),
      fc.array(colour, { minLength: 6, maxLength: 6 }),
      fc.constantFrom(1, 3),
      (picture, order, numbers, channels) => {
        const how: Preprocessing = {
          fit: 'stretch',
          order: channels === 1 ? 'rgb' : (order as 'rgb' | 'bgr'),
          colours: { kind: 'affine', factors: numbers.slice(0, channels), offsets: numbers.slice(3, 3 + channels) },
        };
        const shape = [4, 5, channels];
        const tensor: Tensor = {
          kind: 'activation',
          name: 'x',
          shape,
          scale: 0.37,
          zeroPoint: 3,
          minimum: -100,
          maximum: 90,
        };
        const resized = resizeBilinear(picture, 5, 4);
        const reals = realPicture(picture, how, shape);
        const found = preparePicture(picture, how, tensor);
        assert.is(found.length, 20 * channels);
        for (let pixel = 0; pixel < 20; pixel++) {
          const [r, g, b] = [0, 1, 2].map((c) => resized[3 * pixel + c]!) as [number, number, number];
          const given =
            channels === 1
              ? [Math.fround(0.299 * r + 0.587 * g + 0.114 * b)]
              : how.order === 'rgb'
                ? [r, g, b]
                : [b, g, r];
          given.forEach((value, c) => {
            const real = value * numbers[c]! + numbers[3 + c]!;
            assert.is(reals[pixel * channels + c], Math.fround(real));
            assert.is(found[pixel * channels + c], Math.max(-100, Math.min(90, Math.floor(real / 0.37 + 0.5))));
          });
        }
      },
    ),
    200,
  ));

test('codes are what quantized files have always been given', () =>
  check(
    fc.property(image, (picture) => {
      const tensor: Tensor = {
        kind: 'activation',
        name: 'x',
        shape: [3, 4, 3],
        scale: 1,
        zeroPoint: 0,
        minimum: -5,
        maximum: 250,
      };
      assert.equal(preparePicture(picture, BYTE_CODES, tensor), quantizeInput(resizeBilinear(picture, 4, 3), tensor));
    }),
  ));

test('the quantization of a picture holds every colour within half a step, and common ranges exactly', () => {
  const of = (low: number, high: number): Preprocessing => ({
    fit: 'stretch',
    order: 'rgb',
    colours: { kind: 'affine', factors: Array(3).fill((high - low) / 255), offsets: Array(3).fill(low) },
  });
  for (const [low, high, exact] of [
    [0, 1, true],
    [-1, 1, true],
    [0, 255, true],
    [-2.1, 2.6, false],
    [1, 2, false],
    [-3, -1, false],
  ] as const) {
    const { scale, minimum, maximum } = pictureQuantization(of(low, high));
    assert.ok(minimum >= -255 && minimum <= 0 && maximum >= 0 && maximum <= 255);
    for (let pixel = 0; pixel < 256; pixel++) {
      const real = low + ((high - low) * pixel) / 255;
      const code = Math.max(minimum, Math.min(maximum, Math.floor(real / scale + 0.5)));
      assert.ok(Math.abs(code * scale - real) <= (exact ? 1e-9 : scale / 2 + 1e-9) * Math.max(1, Math.abs(real)));
    }
  }
  assert.throws(() => pictureQuantization(BYTE_CODES), /affine/);
});

test('a preprocessing that does not fit the network is refused', () => {
  const how = (channels: number): Preprocessing => ({
    fit: 'stretch',
    order: 'rgb',
    colours: { kind: 'affine', factors: Array(channels).fill(1), offsets: Array(channels).fill(0) },
  });
  assert.throws(() => aPreprocessing(how(1), 3), /each of 3 channels/);
  assert.throws(() => aPreprocessing({ ...how(1), order: 'bgr' }, 1), /order/);
  const picture = { width: 1, height: 1, pixels: new Uint8Array(3) };
  assert.throws(() => realPicture(picture, how(3), [4, 4]), /\[height, width, 3\]/);
  assert.throws(() => realPicture(picture, BYTE_CODES, [4, 4, 3]), /affine/);
});
