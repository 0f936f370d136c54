/** Page-locking in place: only what lies inside an input, only what came again, within the limit, and undone in time. */
import * as assert from 'uvu/assert';
import { Cleanup } from '../../../src/fast/devices/cuda/cleanup.js';
import type { CudaContext } from '../../../src/fast/devices/cuda/context.js';
import { Registrations } from '../../../src/fast/devices/cuda/registrations.js';
import { suite } from '../../suite.js';

const test = suite('cuda registrations');
const MIB = 2 ** 20;

/** Memory at made-up addresses: buffers are where the test says. */
function place(limitBytes: number, at: Map<ArrayBufferLike, bigint>) {
  const locked = new Map<bigint, number>();
  const context = {
    koffi: { address: (array: ArrayBufferView) => at.get(array.buffer)! + BigInt(array.byteOffset) },
    driver: {
      pin: (start: bigint, bytes: number) => {
        for (const [other, size] of locked) {
          if (start < other + BigInt(size) && other < start + BigInt(bytes)) throw new Error('locked already');
        }
        locked.set(start, bytes);
      },
      unpin: (start: bigint) => assert.ok(locked.delete(start)),
    },
    cleanup: new Cleanup(),
  };
  // Registrations use these three parts of a context only.
  return { locked, context, registrations: new Registrations(context as unknown as CudaContext, limitBytes) };
}

test('pages that an input shares with its neighbours are never locked', () => {
  const memory = new ArrayBuffer(8 * MIB);
  const { locked, registrations, context } = place(64 * MIB, new Map([[memory, 0x10_0010n]]));
  const [a, b] = [new Int16Array(memory, 6, MIB), new Int16Array(memory, 6 + 2 * MIB, MIB)];
  assert.is(registrations.hold(a), undefined, 'seen for the first time');
  assert.is(registrations.hold(b), undefined);
  const holds = [registrations.hold(a)!, registrations.hold(b)!];
  assert.equal(
    [...locked],
    [
      [0x10_1000n, 2 * MIB - 4096],
      [0x30_1000n, 2 * MIB - 4096],
    ],
  );
  assert.equal([holds[0]!.start, holds[0]!.end], [0x10_1000n, 0x30_0000n]);
  for (const hold of holds) hold.release();
  context.cleanup.run();
  assert.is(locked.size, 0);
});

test('what was not used for longest makes room, what is in use never does', () => {
  const memory = new SharedArrayBuffer(12 * MIB);
  const { locked, registrations } = place(5 * MIB, new Map([[memory, 0x10_0000n]]));
  const arrays = [0, 1, 2, 3].map((i) => new Uint32Array(memory, i * 2 * MIB, MIB / 2));
  for (const array of arrays) registrations.hold(array);
  const [first, second] = [registrations.hold(arrays[0]!)!, registrations.hold(arrays[1]!)!];
  assert.is(registrations.hold(arrays[2]!), undefined, 'both are in use');
  first.release();
  const third = registrations.hold(arrays[2]!);
  assert.equal([...locked.keys()], [0x30_0000n, 0x50_0000n]);
  second.release();
  third?.release();
});

test('a part of what is locked needs no lock, and what overlaps it gets one when nothing is in use', () => {
  const memory = new ArrayBuffer(8 * MIB);
  const { locked, registrations } = place(64 * MIB, new Map([[memory, 0x10_0000n]]));
  const [whole, part, shifted] = [
    new Int16Array(memory, 0, 2 * MIB),
    new Int16Array(memory, MIB, MIB),
    new Int16Array(memory, 2 * MIB, 2 * MIB),
  ];
  for (const array of [whole, shifted]) registrations.hold(array);
  const hold = registrations.hold(whole)!;
  registrations.hold(part)!.release();
  assert.is(locked.size, 1);
  assert.is(registrations.hold(shifted), undefined);
  hold.release();
  registrations.hold(shifted)!.release();
  assert.equal([...locked], [[0x30_0000n, 4 * MIB]]);
});
