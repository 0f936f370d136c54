/** The trusted operations of `TrustedArithmetic` that follow a verified layer: changes of scale and pooling. */

import { aClamp, aMultiplier, anArray, anInteger, aShift } from '../../boundary/validators.js';
import type { TrustedArithmetic } from '../../protocol/arithmetic.js';
import { elementwiseFields } from './jobs/elementwise.js';
import { lookupFields } from './jobs/lookup.js';
import { poolFields } from './jobs/pool.js';
import { addForm, POOL_TERMS, PRODUCT_BITS, requantizeForm, rescaleForm, shiftsToInt32 } from './kernels/bounds.js';
import type { KernelMemory } from './memory.js';
import { periodOf, repeated } from './passes/per-channel.js';
import { pooledExtent } from './passes/pooled-extent.js';
import { rowsFor, tileFor } from './team/tiles.js';

/** Entries of a chunk of a change of scale. */
const MOST_ENTRIES = 32768;

/** A table of so many entries or fewer is read whole for every entry of x. */
const SMALL_TABLE = 256;

type Operations = Pick<
  TrustedArithmetic,
  'requantize' | 'addBias' | 'add' | 'multiply' | 'rescale' | 'lookup' | 'pool'
>;

/** Low bytes, then high bytes, of a small table; zeros where it has no entries. */
function planesOf(table: Int16Array): Int16Array {
  const bytes = new Uint8Array(2 * SMALL_TABLE);
  table.forEach((entry, place) => {
    bytes[place] = entry & 255;
    bytes[SMALL_TABLE + place] = (entry >> 8) & 255;
  });
  return new Int16Array(bytes.buffer);
}

/** The operations over one memory. */
export function trustedOperations(memory: KernelMemory): Operations {
  const { kernels, team } = memory;
  const elementwise = (
    name: 'add' | 'product' | 'rescale',
    a: Int16Array,
    b: Int16Array,
    how: Record<'first' | 'second' | 'shift' | 'form' | 'minimum' | 'maximum', number>,
    out: Int16Array,
  ): void => {
    const count = a.length;
    const tile = tileFor(count, MOST_ENTRIES, team.threads);
    memory.within((frame) => {
      const places = { a: frame.input(a), b: frame.input(b), out: frame.output(out) };
      team.run(name, elementwiseFields.pack({ ...how, ...places, count, tile }), Math.ceil(count / tile));
    });
  };
  return {
    requantize(y, bias, how, out) {
      anArray(y, Int32Array, 'y');
      anArray(bias, Int32Array, 'bias');
      anArray(how.multipliers, Int32Array, 'multipliers', bias.length);
      anArray(out, Int16Array, 'out', y.length);
      const shift = aShift(how.shift);
      const form = requantizeForm(shift);
      const { minimum, maximum } = aClamp(how);
      if (y.length === 0) return;
      const period = periodOf(anInteger(bias.length, 'channels', 1, 2 ** 28), y.length);
      memory.within((frame) => {
        const biases = repeated(memory, frame, bias, period);
        const multipliers = repeated(memory, frame, how.multipliers, period);
        const to = frame.output(out);
        kernels.requantize(frame.input(y), biases, multipliers, y.length, period, shift, form, minimum, maximum, to);
      });
    },
    addBias(y, bias, out) {
      anArray(y, Int32Array, 'y');
      anArray(bias, Int32Array, 'bias');
      anArray(out, Int32Array, 'out', y.length);
      if (y.length === 0) return;
      const period = periodOf(anInteger(bias.length, 'channels', 1, 2 ** 28), y.length);
      memory.within((frame) => {
        const biases = repeated(memory, frame, bias, period);
        kernels.addBias(frame.input(y), biases, y.length, period, frame.output(out));
      });
    },
    add(a, b, how, out) {
      anArray(a, Int16Array, 'a');
      anArray(b, Int16Array, 'b', a.length);
      anArray(out, Int16Array, 'out', a.length);
      const first = aMultiplier(how.multipliers[0]);
      const second = aMultiplier(how.multipliers[1]);
      const shift = aShift(how.shift);
      const form = addForm(first, second, shift);
      const { minimum, maximum } = aClamp(how);
      elementwise('add', a, b, { first, second, shift, form, minimum, maximum }, out);
    },
    multiply(a, b, how, out) {
      anArray(a, Int16Array, 'a');
      anArray(b, Int16Array, 'b', a.length);
      anArray(out, Int16Array, 'out', a.length);
      const multiplier = anInteger(how.multiplier, 'multiplier', 0, 2 ** 31 - 1);
      const shift = aShift(how.shift);
      const form = Number(shiftsToInt32(PRODUCT_BITS.product, shift));
      const { minimum, maximum } = aClamp(how);
      elementwise('product', a, b, { first: multiplier, second: 0, shift, form, minimum, maximum }, out);
    },
    lookup(x, table, minimum, out) {
      anArray(x, Int16Array, 'x');
      anArray(table, Int16Array, 'table');
      anInteger(table.length, 'the table has entries', 1, 2 ** 16);
      anInteger(minimum, 'minimum', -32768, 32768 - table.length);
      anArray(out, Int16Array, 'out', x.length);
      const count = x.length;
      // Sixteen entries at a time; what is left of a chunk is slow.
      const tile = Math.ceil(tileFor(count, MOST_ENTRIES, team.threads) / 16) * 16;
      const small = table.length <= SMALL_TABLE;
      memory.within((frame) => {
        const places = { x: frame.input(x), out: frame.output(out) };
        const at = frame.input(small ? planesOf(table) : table);
        const parts = small ? Math.ceil(table.length / 16) : 0;
        const narrow = Number(small && table.every((entry) => entry >= -128 && entry <= 127));
        team.run(
          'lookUp',
          lookupFields.pack({ ...places, count, tile, minimum, table: at, parts, narrow }),
          Math.ceil(count / tile),
        );
      });
    },
    rescale(x, how, out) {
      anArray(x, Int16Array, 'x');
      anArray(out, Int16Array, 'out', x.length);
      const multiplier = aMultiplier(how.multiplier);
      const shift = aShift(how.shift);
      const form = rescaleForm(multiplier, shift);
      const { minimum, maximum } = aClamp(how);
      elementwise('rescale', x, x, { first: multiplier, second: 0, shift, form, minimum, maximum }, out);
    },
    pool(x, shape, how, out) {
      const { height, width, channels } = shape;
      const images = anArray(x, Int16Array, 'x').length / (height * width * channels);
      if (!Number.isInteger(images)) throw new RangeError('x must hold whole images of the shape');
      const pooled = pooledExtent(shape, how);
      anArray(out, Int16Array, 'out', pooled.height * pooled.width * channels * images);
      const { minimum, maximum } = aClamp(how);
      const { window, stride, padding } = how;
      const rows = rowsFor(pooled.height, pooled.width * channels, images, team.threads);
      memory.within((frame) => {
        const args = poolFields.pack({
          x: frame.input(x),
          height,
          width,
          channels,
          windowHeight: window.height,
          windowWidth: window.width,
          strideY: stride.y,
          strideX: stride.x,
          top: padding.top,
          left: padding.left,
          outputHeight: pooled.height,
          outputWidth: pooled.width,
          average: Number(how.kind === 'averagePool'),
          terms: POOL_TERMS,
          minimum,
          maximum,
          out: frame.output(out),
          rows,
        });
        team.run('pool', args, images * Math.ceil(pooled.height / rows));
      });
    },
  };
}
