/** Resize and Upsample of images: to the nearest entry, or between four. */
import { type Grid, type NearestRule, nearestPlaces, placesBetween, type ResizedAxis } from '../../graph/index.js';
import { imageLayout, imageOf } from './image.js';
import type { Step } from './step.js';

const GRIDS: Readonly<Record<string, Grid | undefined>> = {
  half_pixel: 'halfPixel',
  half_pixel_symmetric: 'halfPixelSymmetric',
  pytorch_half_pixel: 'pytorchHalfPixel',
  align_corners: 'alignCorners',
  asymmetric: 'asymmetric',
  tf_half_pixel_for_nn: 'halfPixelFloor',
};

const RULES: Readonly<Record<string, NearestRule | undefined>> = {
  round_prefer_floor: 'halfDown',
  round_prefer_ceil: 'halfUp',
  floor: 'floor',
  ceil: 'ceiling',
};

const LARGEST = 2 ** 16;

/** Sizes of the result along all axes of the value, and the scales where they are given. */
function asked(step: Step, shape: readonly number[]): ResizedAxis[] {
  const [scalesAt, sizesAt] = step.node.kind === 'Upsample' || step.version < 11 ? [1, -1] : [2, 3];
  const axes = step.ints('axes')?.map((axis) => step.axis(axis, shape.length)) ?? [...shape.keys()];
  const sizes = sizesAt === -1 ? null : step.optionalConstant(sizesAt);
  const given =
    sizes === null ? (step.floats('scales') ?? Array.from(step.reals(step.constant(scalesAt)))) : step.integers(sizes);
  if (given.length !== axes.length) step.fail(`it has ${given.length} sizes or scales for ${axes.length} axes`);
  return shape.map((size, axis) => {
    const value = given[axes.indexOf(axis)];
    if (value === undefined) return { size, count: size };
    const count = sizes === null ? Math.floor(size * Math.fround(value)) : value;
    if (!(count >= 1 && count <= LARGEST)) step.fail(`it makes an axis of size ${count}`);
    return sizes === null ? { size, count, scale: value } : { size, count };
  });
}

export function importResize(step: Step): void {
  const early = step.node.kind === 'Upsample' || step.version < 11;
  const mode = step.text('mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'bilinear') {
    step.fail(`its mode "${mode}" is not supported; only nearest and linear are`);
  }
  if (step.int('antialias', 0) !== 0) step.fail('antialiasing is not supported');
  const policy = step.text('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') step.fail(`its keep_aspect_ratio_policy "${policy}" is not supported`);
  const word = early ? 'asymmetric' : step.text('coordinate_transformation_mode', 'half_pixel');
  const grid = GRIDS[word] ?? step.fail(`its coordinate_transformation_mode "${word}" is not supported`);
  const ruleWord = early ? 'floor' : step.text('nearest_mode', 'round_prefer_floor');
  const said = RULES[ruleWord] ?? step.fail(`its nearest_mode "${ruleWord}" is unknown`);
  // Early versions do not say it; runtimes round up where an axis gets shorter.
  const rule = ({ size, count }: ResizedAxis): NearestRule => (early && count < size ? 'ceiling' : said);
  const x = step.activation(0);
  const image = imageOf(step, x);
  const all = asked(step, [1, image.channels.count, ...(image.axes === 4 ? [image.height] : []), image.width]);
  if (all.slice(0, 2).some(({ size, count }) => size !== count)) step.fail('only rows and columns can be resized');
  if (grid === 'alignCorners' && all.some(({ size, count, scale = count / size }) => scale * size !== count)) {
    step.fail('runtimes disagree on corners that are aligned with a scale that leaves a fraction; give sizes instead');
  }
  const columns = all.at(-1)!;
  const rows = image.axes === 4 ? all[2]! : { size: 1, count: 1 };
  if (rows.count === image.height && columns.count === image.width) {
    step.finish(x);
    return;
  }
  step.graph.charge(3 * (rows.count + columns.count) + image.channels.count);
  const channels = image.channels.count;
  const handle =
    mode === 'nearest'
      ? step.target.take(
          image.handle,
          [
            nearestPlaces(rows, grid, rule(rows)).map((place) => place * image.width * channels),
            nearestPlaces(columns, grid, rule(columns)).map((place) => place * channels),
            Int32Array.from({ length: channels }, (_, channel) => channel),
          ],
          step.name,
        )
      : step.target.interpolate(image.handle, placesBetween(rows, grid), placesBetween(columns, grid), step.name);
  const size = { height: rows.count, width: columns.count };
  step.give(handle, imageLayout(image.axes, size, image.channels, image.layout));
}
