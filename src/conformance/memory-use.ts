/** What a session does with memory: messages in buffers that are used again, and answers in memory that is shared. */

import { type LinearMap, outputLength } from '../model/linear-map.js';
import type { Device, DeviceInput } from '../protocol/device.js';
import type { Claim } from './claim.js';
import { agree, expected } from './compare.js';
import { convolution, dense } from './maps.js';
import type { Numbers } from './numbers.js';
import { type Mode, modeName, modes, someInput } from './vectors.js';

/** Entries around an answer that the device must leave alone. */
const GUARD = 16;
const UNTOUCHED = 0x5a5a5a5a;

function inside(x: DeviceInput, buffer: ArrayBufferLike): DeviceInput {
  const view = x instanceof Int16Array ? new Int16Array(buffer, 0, x.length) : new Uint32Array(buffer, 0, x.length);
  view.set(x);
  return view;
}

/** Two messages one after the other in one buffer, unless the device took it away: the first answer must stay as it was. */
async function usedAgain(device: Device, claim: Claim, map: LinearMap, mode: Mode, numbers: Numbers): Promise<void> {
  const loaded = await device.load(map, mode);
  try {
    const [a, b] = [someInput(map, mode, numbers), someInput(map, mode, numbers)];
    let buffer = new ArrayBuffer(a.byteLength + 64);
    const first = await loaded.apply(inside(a, buffer));
    if (buffer.byteLength === 0) buffer = new ArrayBuffer(b.byteLength + 64);
    const second = await loaded.apply(inside(b, buffer));
    for (const [answer, x] of [
      [first, a],
      [second, b],
    ] as const) {
      const problem = agree(answer, expected(map, mode, x), mode);
      claim(problem === null, () => `a buffer used for two messages, ${modeName(mode)}: ${problem}`);
    }
  } finally {
    loaded.release();
  }
}

/** Two inputs in shared memory, and room for the answers between guards. */
async function shared(device: Device, claim: Claim, map: LinearMap, mode: Mode, numbers: Numbers): Promise<void> {
  const loaded = await device.load(map, mode);
  try {
    const type = mode === 'integers' ? Int16Array : Uint32Array;
    const x = type.from([...someInput(map, mode, numbers), ...someInput(map, mode, numbers)]);
    const length = outputLength(map) * 2;
    const answers = new SharedArrayBuffer((length + 2 * GUARD) * 4);
    const all = new Int32Array(answers).fill(UNTOUCHED);
    const room =
      mode === 'integers' ? new Int32Array(answers, GUARD * 4, length) : new Uint32Array(answers, GUARD * 4, length);
    const message = inside(x, new SharedArrayBuffer(x.byteLength + 64));
    const answer = await loaded.apply(message, room);
    const problem = agree(answer, expected(map, mode, x), mode);
    claim(problem === null, () => `an answer in shared memory, ${modeName(mode)}: ${problem}`);
    claim(
      x.every((value, index) => value === message[index]),
      () => `a message in shared memory was changed, ${modeName(mode)}`,
    );
    const around = [...all.subarray(0, GUARD), ...all.subarray(GUARD + length)];
    claim(
      around.every((value) => value === UNTOUCHED),
      () => `the device wrote outside the room for its answer, ${modeName(mode)}`,
    );
  } finally {
    loaded.release();
  }
}

/** Every device for the first; those whose limits say `sharedMemory` for the second. */
export async function memoryUse(device: Device, claim: Claim, numbers: Numbers): Promise<void> {
  const maps = [
    dense(9, 5, (index) => (index % 7) - 3),
    convolution({ input: { height: 5, width: 4, channels: 2 } }, (index) => index - 30),
  ];
  for (const map of maps) {
    for (const mode of modes) {
      await usedAgain(device, claim, map, mode, numbers);
      if (device.limits.sharedMemory === true) await shared(device, claim, map, mode, numbers);
    }
  }
}
