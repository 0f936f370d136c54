/** The trusted operations of `TrustedArithmetic` that follow a verified layer: changes of scale and pooling. */
import type { TrustedArithmetic } from '../protocol/arithmetic.js';
import type { PoolOperation } from '../reference/quantized-network.js';
import { addForm, POOL_TERMS, requantizeForm, rescaleForm } from './kernels/bounds.js';
import type { Frame, KernelMemory } from './memory.js';
import { aClamp, aMultiplier, anArray, anInteger, aShift } from './validators.js';

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Starting a period again costs as much as a few vectors, so a period is at least this long. */
const SHORTEST_PERIOD = 64;

/**
 * How many per-channel entries the kernels need: they take eight at a time and start again after a whole period, so the
 * channels are repeated until their number is a multiple of 8, or until there is one for every entry.
 */
function periodOf(channels: number, count: number): number {
  const multiple = (channels * 8) / greatestDivisor(channels, 8);
  return Math.min(multiple * Math.ceil(SHORTEST_PERIOD / multiple), count);
}

/** The address of `period` entries of `perChannel`, repeated from its start as often as needed. */
function repeated(memory: KernelMemory, frame: Frame, perChannel: Int32Array, period: number): number {
  const pointer = frame.space(period * 4);
  const view = new Int32Array(memory.buffer, pointer, period);
  for (let at = 0; at < period; at += perChannel.length) {
    view.set(perChannel.subarray(0, Math.min(perChannel.length, period - at)), at);
  }
  return pointer;
}

function aWindow(
  size: number,
  how: { window: number; stride: number; before: number; after: number },
  name: string,
): number {
  anInteger(how.window, `window ${name}`, 1, 2 ** 24);
  anInteger(how.stride, `stride ${name}`, 1, 2 ** 24);
  // Less padding than window, or a window at the border would hold no entry at all.
  anInteger(how.before, `padding before ${name}`, 0, how.window - 1);
  anInteger(how.after, `padding after ${name}`, 0, how.window - 1);
  const span = size + how.before + how.after - how.window;
  if (span < 0) throw new RangeError(`the pooling window is larger than the padded ${name}`);
  return Math.floor(span / how.stride) + 1;
}

function pooledExtent(shape: { height: number; width: number }, { window, stride, padding }: PoolOperation) {
  const vertical = { window: window.height, stride: stride.y, before: padding.top, after: padding.bottom };
  const horizontal = { window: window.width, stride: stride.x, before: padding.left, after: padding.right };
  return { height: aWindow(shape.height, vertical, 'height'), width: aWindow(shape.width, horizontal, 'width') };
}

type Operations = Pick<TrustedArithmetic, 'requantize' | 'addBias' | 'add' | 'rescale' | 'pool'>;

/** The five operations over one memory. */
export function trustedOperations(memory: KernelMemory): Operations {
  const { kernels } = memory;
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
      memory.within((frame) => {
        const to = frame.output(out);
        kernels.add(frame.input(a), frame.input(b), a.length, first, second, shift, form, minimum, maximum, to);
      });
    },
    rescale(x, how, out) {
      anArray(x, Int16Array, 'x');
      anArray(out, Int16Array, 'out', x.length);
      const multiplier = aMultiplier(how.multiplier);
      const shift = aShift(how.shift);
      const form = rescaleForm(multiplier, shift);
      const { minimum, maximum } = aClamp(how);
      memory.within((frame) => {
        kernels.rescale(frame.input(x), x.length, multiplier, shift, form, minimum, maximum, frame.output(out));
      });
    },
    pool(x, shape, how, out) {
      const { height, width, channels } = shape;
      anArray(x, Int16Array, 'x', height * width * channels);
      const pooled = pooledExtent(shape, how);
      anArray(out, Int16Array, 'out', pooled.height * pooled.width * channels);
      const { minimum, maximum } = aClamp(how);
      const { window, stride, padding } = how;
      const average = Number(how.kind === 'averagePool');
      memory.within((frame) => {
        kernels.pool(
          frame.input(x),
          height,
          width,
          channels,
          window.height,
          window.width,
          stride.y,
          stride.x,
          padding.top,
          padding.left,
          pooled.height,
          pooled.width,
          average,
          POOL_TERMS,
          minimum,
          maximum,
          frame.output(out),
        );
      });
    },
  };
}
