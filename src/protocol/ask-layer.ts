/** Sends one layer's message and waits for the answers: in one call, or in as many as the device's limits demand. */
import { inputLength, outputLength } from '../reference/linear-map.js';
import { askDevice } from './ask-device.js';
import type { Part } from './check.js';
import type { Costs } from './costs.js';
import type { DeviceInput } from './device.js';
import type { Place } from './exchange.js';
import type { Session, SessionLayer } from './session.js';

/**
 * What the device answers to `message`, which lies in `place` and holds its images' inputs back to back.
 * @throws DeviceError when a call fails or takes too long
 */
export async function askLayer(
  session: Session,
  { map, loaded }: SessionLayer,
  message: DeviceInput,
  place: Place,
  costs: Costs,
): Promise<Part[]> {
  const sent = performance.now();
  const { images } = place;
  const [inputs, outputs] = [inputLength(map), outputLength(map)];
  const limits = session.deviceLimits;
  const largest = Math.max(inputs * message.BYTES_PER_ELEMENT, outputs * 4);
  const perCall = Math.min(images, Math.max(1, Math.floor(limits.maximumTransferBytes / largest)));
  const into = place.answer(message instanceof Int16Array ? 'i32' : 'u32', outputs * images);
  const ask = async (first: number): Promise<Part> => {
    const some = Math.min(perCall, images - first);
    const room = into?.subarray(first * outputs, (first + some) * outputs);
    const x = partOf(message, first * inputs, some * inputs, limits.sharedMemory === true);
    costs.bytesToDevice += x.byteLength;
    const answer: unknown = await askDevice(() => loaded.apply(x, room), session.parameters.deviceTimeoutMs);
    return { answer, images: some };
  };
  try {
    return await Promise.all(Array.from({ length: Math.ceil(images / perCall) }, (_, call) => ask(call * perCall)));
  } finally {
    costs.deviceMs += performance.now() - sent;
  }
}

/** A part of a message; a copy where the device may take the buffer away while other parts still need it. */
function partOf(message: DeviceInput, start: number, length: number, shared: boolean): DeviceInput {
  if (length === message.length) return message;
  return shared ? message.subarray(start, start + length) : message.slice(start, start + length);
}
