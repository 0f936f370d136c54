/** How long one layer takes on a device: `apply` from call to answer, with everything that is copied on the way. */

import { inputLength, type LinearMap, macCount, outputLength } from '../src/model/linear-map.js';
import { M31, type Modulus, modulusName, P24, smallestModulus } from '../src/model/modulus.js';
import type { TrustedArithmetic } from '../src/protocol/arithmetic.js';
import { noWrapBound } from '../src/protocol/certificate.js';
import type { Device, DeviceInput, DeviceOutput, LoadedMap } from '../src/protocol/device.js';
import { fillFrom, type Layer } from './layers.js';
import { consume } from './values.js';

/** What a map is loaded for, by name. */
export const MODES: Readonly<Record<string, Modulus | 'integers'>> = { integers: 'integers', P24, M31 };

/** How thorough to be. */
export interface Effort {
  readonly batch: number;
  /** Calls that are under way at the same time. */
  readonly inFlight: number;
  readonly quick: boolean;
}

/** One layer in one mode. Times are per image and per occurrence. */
export interface LayerResult {
  readonly layer: string;
  readonly count: number;
  readonly macs: number;
  readonly ms: number;
  /** The device's own time without copies, where it can tell; null elsewhere. */
  readonly deviceMs: number | null;
  readonly gigaMacsPerSecond: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The smallest pad modulus that these weights can be blinded with. */
  readonly needs: 'P24' | 'M31';
  /** Of the first image's answer; the same for every device. */
  readonly checksum: number;
  readonly samples: number;
}

/** What a device may offer beside `LoadedMap`: the milliseconds it computes on x, copies left out. */
interface OwnClock {
  deviceMs(x: DeviceInput): Promise<number>;
}

function hasOwnClock(loaded: object): loaded is OwnClock {
  return 'deviceMs' in loaded && typeof loaded.deviceMs === 'function';
}

const SHORTEST_MS = 300;
const LONGEST_MS = 4000;
const FEWEST = 3;

/** FNV-1a over whole entries. */
function checksum(y: DeviceOutput, length: number): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < length; i++) sum = Math.imul(sum ^ y[i]!, 0x01000193);
  return sum >>> 0;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds of one call, with `inFlight` under way; at least a few samples, unless each takes seconds. */
async function sample(work: () => Promise<void>, { inFlight, quick }: Effort): Promise<number[]> {
  const samples: number[] = [];
  const begun = performance.now();
  for (;;) {
    const start = performance.now();
    await Promise.all(Array.from({ length: inFlight }, work));
    samples.push((performance.now() - start) / inFlight);
    const spent = performance.now() - begun;
    if (quick || spent > LONGEST_MS || (spent > SHORTEST_MS && samples.length >= FEWEST)) return samples;
  }
}

/** Inputs as a session has them: in the trusted side's memory, not to be taken away. */
function someInput(
  arithmetic: TrustedArithmetic,
  layer: Layer,
  mode: Modulus | 'integers',
  images: number,
): DeviceInput {
  const length = inputLength(layer.shape);
  const { minimum, maximum } = layer.shape.inputRange;
  const one =
    mode === 'integers'
      ? fillFrom(`input of ${layer.name}`, new Int16Array(length), minimum, maximum)
      : fillFrom(`input of ${layer.name}`, new Uint32Array(length), 0, mode - 1);
  const all = arithmetic.allocate(mode === 'integers' ? 'i16' : 'u32', length * images);
  for (let image = 0; image < images; image++) all.set(one, image * length);
  return all;
}

async function timed(
  loaded: LoadedMap,
  x: DeviceInput,
  perCall: number,
  length: number,
  effort: Effort,
): Promise<{ samples: number[]; first: DeviceOutput }> {
  const parts: DeviceInput[] = [];
  for (let at = 0; at < x.length; at += perCall * length) {
    parts.push(x.subarray(at, Math.min(at + perCall * length, x.length)));
  }
  const first = await loaded.apply(parts[0]!);
  const work = async (): Promise<void> => {
    for (const part of parts) {
      const y = await loaded.apply(part);
      consume(y[y.length - 1]!);
    }
  };
  const samples = await sample(work, effort);
  return { samples, first };
}

/** Loads the layer, times it, and releases it. */
export async function timeLayer(
  device: Device,
  arithmetic: TrustedArithmetic,
  layer: Layer,
  map: LinearMap,
  modeName: string,
  effort: Effort,
): Promise<LayerResult> {
  const mode = MODES[modeName]!;
  const [inputs, outputs] = [inputLength(map), outputLength(map)];
  const [bytesIn, bytesOut] = [inputs * (mode === 'integers' ? 2 : 4), outputs * 4];
  const fitting = Math.max(1, Math.floor(device.limits.maximumTransferBytes / Math.max(bytesIn, bytesOut)));
  const x = someInput(arithmetic, layer, mode, effort.batch);
  const loaded = await device.load(map, mode);
  try {
    const { samples, first } = await timed(loaded, x, Math.min(fitting, effort.batch), inputs, effort);
    const ms = median(samples) / effort.batch;
    const perCall = Math.min(fitting, effort.batch);
    const own = hasOwnClock(loaded) ? await loaded.deviceMs(x.subarray(0, perCall * inputs)) : null;
    return {
      layer: layer.name,
      count: layer.count,
      macs: macCount(map),
      ms,
      deviceMs: own === null ? null : own / perCall,
      gigaMacsPerSecond: macCount(map) / ms / 1e6,
      bytesIn,
      bytesOut,
      needs: modulusName(smallestModulus(Number(noWrapBound(map)))),
      checksum: checksum(first, outputs),
      samples: samples.length,
    };
  } finally {
    loaded.release();
    arithmetic.release(x);
  }
}
