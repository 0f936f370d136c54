/** The trusted operations of `TrustedArithmetic` that follow a verified layer: changes of scale and pooling. */

import { aClamp, aMultiplier, anArray, anInteger, aShift } from '../../boundary/validators.js';
import type { TrustedArithmetic } from '../../protocol/arithmetic.js';
import { elementwiseFields } from './jobs/elementwise.js';
import { lookupFields } from './jobs/lookup.js';
import { poolFields } from './jobs/pool.js';
import { addForm, POOL_TERMS, PRODUCT_BITS, requantizeForm, rescaleForm, shiftsToInt32 } from './kernels/bounds.js';
import type { KernelMemory } from './memory.js';
import { periodOf, repeated } from './passes/finish.js';
import { pooledExtent } from './passes/pooled-extent.js';
import { placedTable } from './passes/table.js';
import { rowsFor, tileFor } from './team/team.js';

/** Entries of a chunk of a change of scale. */
const MOST_ENTRIES = 32768;

type Operations = Pick<
  TrustedArithmetic,
  'requantize' | 'addBias' | 'add' | 'multiply' | 'rescale' | 'lookup' | 'pool'
>;

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
      anArray(out, Int16Array, 'out', x.length);
      const count = x.length;
      // Sixteen entries at a time; what is left of a chunk is slow.
      const tile = Math.ceil(tileFor(count, MOST_ENTRIES, team.threads) / 16) * 16;
      memory.within((frame) => {
        const how = { ...placedTable(frame, table, minimum), x: frame.input(x), out: frame.output(out), count, tile };
        team.run('lookUp', lookupFields.pack(how), Math.ceil(count / tile));
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
