/** From `Finish` to the numbers that the jobs read. */

import { aClamp, aMultiplier, anArray, anInteger, aShift } from '../../../boundary/validators.js';
import type { Finish, FollowUp } from '../../../protocol/passes.js';
import { FINISH, FOLLOW_UP, FOLLOW_UP_LENGTH, FOLLOWS, finishLayout } from '../jobs/finish.js';
import { addForm, POOL_TERMS, requantizeForm, rescaleForm } from '../kernels/bounds.js';
import type { Frame, KernelMemory } from '../memory.js';
import { tileFor } from '../team/team.js';
import { pooledExtent } from './pooled-extent.js';
import { placedTable } from './table.js';

/** How a pass over outputs is cut, and how it ends. */
export interface FinishPlan {
  /** In the order of `finishLayout`. */
  readonly arguments: readonly number[];
  readonly chunks: number;
  readonly tile: number;
  /** Bytes each thread needs to collect rows before they are pooled. */
  readonly bandBytes: number;
}

/** Entries of a chunk, unless a pool wants whole rows. */
const MOST_ENTRIES = 16384;

/** Entries of the rows that are pooled together: they should stay in the second-level cache. */
const BAND_ENTRIES = 32768;

/**
 * Checks `finish` and lays it out for `images` outputs of `length` entries.
 * @throws TypeError or RangeError when lengths, shifts or clamps do not fit
 */
export function planFinish(
  memory: KernelMemory,
  frame: Frame,
  finish: Finish | null,
  images: number,
  length: number,
  out: Int16Array | Int32Array,
): FinishPlan {
  const tile = tileFor(length, MOST_ENTRIES, memory.team.threads);
  const chunks = Math.ceil(length / tile);
  if (finish === null || finish.requantization === null) {
    anArray(out as Int32Array, Int32Array, 'out', length * images);
    if (finish !== null && finish.followUps.length > 0) throw new TypeError('nothing can follow accumulators');
    const channels = finish === null ? 1 : anInteger(finish.bias.length, 'channels', 1, 2 ** 28);
    const period = periodOf(channels, length);
    const packed = finishLayout.pack({
      chunks,
      out: frame.output(out),
      outLength: length,
      pooled: 0,
      finish: finish === null ? FINISH.none : FINISH.addBias,
      bias: finish === null ? 0 : repeated(memory, frame, finish.bias, period),
      multipliers: 0,
      period,
      shift: 0,
      form: 0,
      minimum: 0,
      maximum: 0,
      followUps: 0,
      followUpCount: 0,
    });
    return { arguments: packed, chunks, tile, bandBytes: 0 };
  }
  const { bias, requantization, followUps } = finish;
  const { multipliers } = requantization;
  anArray(multipliers, Int32Array, 'multipliers', bias.length);
  const shift = aShift(requantization.shift);
  const { minimum, maximum } = aClamp(requantization);
  const period = periodOf(anInteger(bias.length, 'channels', 1, 2 ** 28), length);
  const last = followUps.at(-1);
  const band = last?.kind === 'pool' ? bandsOf(last, length, memory.team.threads) : null;
  const outLength = band === null ? length : band.outLength;
  anArray(out as Int16Array, Int16Array, 'out', outLength * images);
  const table = frame.space(followUps.length * FOLLOW_UP_LENGTH * 4);
  const view = new Int32Array(memory.buffer, table, followUps.length * FOLLOW_UP_LENGTH);
  followUps.forEach((followUp, index) => {
    if (followUp.kind === 'pool' && index < followUps.length - 1) throw new TypeError('nothing can follow a pool');
    view.set(encode(frame, followUp, length * images, band?.rows ?? 0), index * FOLLOW_UP_LENGTH);
  });
  const packed = finishLayout.pack({
    chunks: band?.chunks ?? chunks,
    out: frame.output(out),
    outLength,
    pooled: Number(band !== null),
    finish: FINISH.requantize,
    bias: repeated(memory, frame, bias, period),
    multipliers: repeated(memory, frame, multipliers, period),
    period,
    shift,
    form: requantizeForm(shift),
    minimum,
    maximum,
    followUps: table,
    followUpCount: followUps.length,
  });
  return {
    arguments: packed,
    chunks: band?.chunks ?? chunks,
    tile: band?.tile ?? tile,
    bandBytes: band?.bytes ?? 0,
  };
}

type Pool = Extract<FollowUp, { kind: 'pool' }>;

function bandsOf({ shape, how }: Pool, length: number, threads: number) {
  const { height, width, channels } = shape;
  if (height * width * channels !== length) throw new RangeError('the shape to pool does not fit the output');
  const pooled = pooledExtent(shape, how);
  const rowEntries = how.stride.y * width * channels;
  const most = Math.max(1, Math.floor(BAND_ENTRIES / rowEntries));
  const rows = threads === 1 ? most : Math.min(most, Math.max(1, Math.ceil(pooled.height / (threads * 4))));
  const chunks = Math.ceil(pooled.height / rows);
  const tile = rows * rowEntries;
  const bytes = Math.max(tile, length - (chunks - 1) * tile) * 2;
  return { rows, chunks, tile, bytes, outLength: pooled.height * pooled.width * channels };
}

const blank = Object.fromEntries(Object.keys(FOLLOW_UP.at).map((name) => [name, 0])) as Record<
  keyof typeof FOLLOW_UP.at,
  number
>;

function encode(frame: Frame, followUp: FollowUp, entries: number, bandRows: number): number[] {
  if (followUp.kind === 'lookup') {
    const { table, minimum, parts, narrow } = placedTable(frame, followUp.table, followUp.minimum);
    return FOLLOW_UP.pack({
      ...blank,
      kind: FOLLOWS.lookup,
      other: table,
      first: minimum,
      second: parts,
      form: narrow,
    });
  }
  const { minimum, maximum } = aClamp(followUp.how);
  const clamp = { ...blank, minimum, maximum };
  if (followUp.kind === 'rescale') {
    const shift = aShift(followUp.how.shift);
    const first = aMultiplier(followUp.how.multiplier);
    const form = rescaleForm(first, shift);
    return FOLLOW_UP.pack({ ...clamp, kind: FOLLOWS.rescale, first, shift, form });
  }
  if (followUp.kind === 'add') {
    const shift = aShift(followUp.how.shift);
    const [first, second] = followUp.how.multipliers.map(aMultiplier) as [number, number];
    const form = addForm(first, second, shift);
    const other = frame.input(anArray(followUp.other, Int16Array, 'other', entries));
    return FOLLOW_UP.pack({ ...clamp, kind: FOLLOWS.add, other, first, second, shift, form });
  }
  const { shape, how } = followUp;
  const pooled = pooledExtent(shape, how);
  return FOLLOW_UP.pack({
    ...clamp,
    kind: FOLLOWS.pool,
    height: shape.height,
    width: shape.width,
    channels: shape.channels,
    windowHeight: how.window.height,
    windowWidth: how.window.width,
    strideY: how.stride.y,
    strideX: how.stride.x,
    left: how.padding.left,
    outputHeight: pooled.height,
    outputWidth: pooled.width,
    average: Number(how.kind === 'averagePool'),
    terms: POOL_TERMS,
    bandRows,
  });
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Starting a period again costs as much as a few vectors, so a period is at least this long. */
const SHORTEST_PERIOD = 64;

/**
 * How many per-channel entries the kernels need: they take eight at a time and start again after a whole period, so the
 * channels are repeated until their number is a multiple of 8, or until there is one for every entry.
 */
export function periodOf(channels: number, count: number): number {
  const multiple = (channels * 8) / greatestDivisor(channels, 8);
  return Math.min(multiple * Math.ceil(SHORTEST_PERIOD / multiple), count);
}

/** The address of `period` entries of `perChannel`, repeated from its start as often as needed. */
export function repeated(memory: KernelMemory, frame: Frame, perChannel: Int32Array, period: number): number {
  const pointer = frame.space(period * 4);
  const view = new Int32Array(memory.buffer, pointer, period);
  for (let at = 0; at < period; at += perChannel.length) {
    view.set(perChannel.subarray(0, Math.min(perChannel.length, period - at)), at);
  }
  return pointer;
}
