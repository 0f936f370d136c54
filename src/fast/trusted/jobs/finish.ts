/** What becomes of a stretch of outputs while it is in the cache: bias, requantization and the operations that follow. */
import { fields, type Host } from '../team/host.js';
import { lookUpStretch } from './lookup.js';

/** The arguments of every job that finishes outputs. */
export const finishFields = [
  'chunks',
  'out',
  'outLength',
  'pooled',
  'finish',
  'bias',
  'multipliers',
  'period',
  'shift',
  'form',
  'minimum',
  'maximum',
  'followUps',
  'followUpCount',
] as const;
/** The same, ready to be filled. */
export const finishLayout = fields(...finishFields);
const at = finishLayout.at;

/** Values of `finish`. */
export const FINISH = { none: 0, addBias: 1, requantize: 2 } as const;

/** The numbers that describe one operation that follows, in this order. */
export const FOLLOW_UP = fields(
  'kind',
  'other',
  'first',
  'second',
  'shift',
  'form',
  'minimum',
  'maximum',
  'height',
  'width',
  'channels',
  'windowHeight',
  'windowWidth',
  'strideY',
  'strideX',
  'left',
  'outputHeight',
  'outputWidth',
  'average',
  'terms',
  'bandRows',
);
const of = FOLLOW_UP.at;

/** Values of a follow-up's `kind`. */
export const FOLLOWS = { rescale: 0, add: 1, pool: 2, lookup: 3 } as const;

/** How many numbers describe a follow-up. */
export const FOLLOW_UP_LENGTH = Object.keys(of).length;

/** Calls `work` for runs of entries that do not cross the end of a period, with the channel each starts at. */
function eachRun(
  from: number,
  count: number,
  period: number,
  work: (done: number, run: number, channel: number) => void,
) {
  for (let done = 0; done < count; ) {
    const channel = (from + done) % period;
    const run = channel === 0 ? count - done : Math.min(count - done, period - channel);
    work(done, run, channel);
    done += run;
  }
}

/**
 * Finishes `count` entries at address y. `first` is their place among the entries of all images, `from` their place in
 * their own image; `band` is where results are collected for pooling, or 0.
 */
export function finishStretch(
  host: Host,
  args: Int32Array,
  y: number,
  first: number,
  from: number,
  count: number,
  band: number,
): void {
  const { kernels } = host;
  const out = args[at.out]! >>> 0;
  const finish = args[at.finish]!;
  if (finish === FINISH.none) {
    if (out + first * 4 !== y) kernels.copy(out + first * 4, y, count * 4);
    return;
  }
  const period = args[at.period]!;
  const bias = args[at.bias]! >>> 0;
  if (finish === FINISH.addBias) {
    eachRun(from, count, period, (done, run, channel) => {
      kernels.addBias(y + done * 4, bias + channel * 4, run, period, out + (first + done) * 4);
    });
    return;
  }
  const to = band === 0 ? out + first * 2 : band;
  const multipliers = args[at.multipliers]! >>> 0;
  eachRun(from, count, period, (done, run, channel) => {
    kernels.requantize(
      y + done * 4,
      bias + channel * 4,
      multipliers + channel * 4,
      run,
      period,
      args[at.shift]!,
      args[at.form]!,
      args[at.minimum]!,
      args[at.maximum]!,
      to + done * 2,
    );
  });
  const some = args[at.followUpCount]!;
  if (some > 0) follow(host, args, some, to, first, count);
}

function followUp(host: Host, args: Int32Array, index: number): Int32Array {
  return new Int32Array(host.buffer, (args[at.followUps]! >>> 0) + index * FOLLOW_UP_LENGTH * 4, FOLLOW_UP_LENGTH);
}

function follow(host: Host, args: Int32Array, some: number, value: number, first: number, count: number): void {
  const { kernels } = host;
  for (let index = 0; index < some; index++) {
    const how = followUp(host, args, index);
    const [shift, form] = [how[of.shift]!, how[of.form]!];
    const [minimum, maximum] = [how[of.minimum]!, how[of.maximum]!];
    if (how[of.kind] === FOLLOWS.rescale) {
      kernels.rescale(value, count, how[of.first]!, shift, form, minimum, maximum, value);
    } else if (how[of.kind] === FOLLOWS.add) {
      const other = (how[of.other]! >>> 0) + first * 2;
      kernels.add(value, other, count, how[of.first]!, how[of.second]!, shift, form, minimum, maximum, value);
    } else if (how[of.kind] === FOLLOWS.lookup) {
      lookUpStretch(host, value, count, how[of.other]! >>> 0, how[of.first]!, how[of.second]!, form, value);
    }
  }
}

/** Pools the rows that were collected for band number `chunk` of an image; the last follow-up says how. */
export function poolBand(host: Host, args: Int32Array, image: number, chunk: number, band: number): void {
  const how = followUp(host, args, args[at.followUpCount]! - 1);
  const rows = how[of.bandRows]!;
  const firstRow = chunk * rows;
  const some = Math.min(rows, how[of.outputHeight]! - firstRow);
  const rowEntries = how[of.outputWidth]! * how[of.channels]!;
  const out = (args[at.out]! >>> 0) + (image * args[at.outLength]! + firstRow * rowEntries) * 2;
  host.kernels.pool(
    band,
    rows * how[of.strideY]!,
    how[of.width]!,
    how[of.channels]!,
    how[of.windowHeight]!,
    how[of.windowWidth]!,
    how[of.strideY]!,
    how[of.strideX]!,
    0,
    how[of.left]!,
    some,
    how[of.outputWidth]!,
    how[of.average]!,
    how[of.terms]!,
    how[of.minimum]!,
    how[of.maximum]!,
    out,
  );
}
