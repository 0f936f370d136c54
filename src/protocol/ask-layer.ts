/** Sends one layer's message and waits for the answers: in one call, or in as many as the device's limits demand. */
import { inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import type { WaitingTime } from './ask-device.js';
import { askDevice } from './ask-device.js';
import type { Part } from './check.js';
import type { Costs } from './costs.js';
import type { DeviceInput, DeviceLimits } from './device.js';
import { DeviceError } from './errors.js';
import type { Place } from './exchange.js';
import type { HeldMap } from './held-device.js';
import type { Parameters } from './parameters.js';

/** Whom to ask, and how long to wait. */
export interface Question {
  readonly map: LinearMap;
  readonly loaded: HeldMap;
  /** As the device stated them when it was held. */
  readonly limits: Required<DeviceLimits>;
  readonly parameters: Pick<Parameters, 'deviceTimeoutMs' | 'runTimeoutMs'>;
  /** What the inference has waited so far, which counts against its deadline. */
  readonly waiting: WaitingTime;
  /** Ends the wait at once, with its reason. */
  readonly signal: AbortSignal;
}

/**
 * What the device answers to `message`, which lies in `place` and holds its images' inputs back to back.
 * @throws DeviceError when a call fails or takes too long, or the run has waited for the device as long as it may
 */
export async function askLayer(question: Question, message: DeviceInput, place: Place, costs: Costs): Promise<Part[]> {
  const { map, loaded, limits, parameters, waiting, signal } = question;
  const sent = performance.now();
  const { images } = place;
  const [inputs, outputs] = [inputLength(map), outputLength(map)];
  const largest = Math.max(inputs * message.BYTES_PER_ELEMENT, outputs * 4);
  const perCall = Math.min(images, Math.max(1, Math.floor(limits.maximumTransferBytes / largest)));
  const into = place.answer(message instanceof Int16Array ? 'i32' : 'u32', outputs * images);
  const wait = { limitMs: callLimitMs(parameters, waiting.ms), signal };
  const ask = async (first: number): Promise<Part> => {
    const some = Math.min(perCall, images - first);
    const room = into?.subarray(first * outputs, (first + some) * outputs);
    const x = partOf(message, first * inputs, some * inputs, limits.sharedMemory);
    costs.bytesToDevice += x.byteLength;
    return { answer: await loaded.apply(x, room), images: some };
  };
  waiting.begin();
  try {
    // One wait for all calls, which begin together.
    const calls = Math.ceil(images / perCall);
    return await askDevice(() => Promise.all(Array.from({ length: calls }, (_, call) => ask(call * perCall))), wait);
  } finally {
    waiting.end();
    costs.deviceMs += performance.now() - sent;
  }
}

/**
 * How long the next call may take when `waitedMs` were waited already.
 * @throws DeviceError when no time is left
 */
export function callLimitMs(parameters: Question['parameters'], waitedMs: number): number {
  const { deviceTimeoutMs, runTimeoutMs } = parameters;
  const leftMs = Math.ceil(runTimeoutMs - waitedMs);
  if (leftMs < 1) throw new DeviceError(`The device took longer than the ${runTimeoutMs} ms that it may take in all.`);
  return Math.min(deviceTimeoutMs, leftMs);
}

/** A part of a message; a copy where the device may take the buffer away while other parts still need it. */
function partOf(message: DeviceInput, start: number, length: number, shared: boolean): DeviceInput {
  if (length === message.length) return message;
  return shared ? message.subarray(start, start + length) : message.slice(start, start + length);
}
