/** Trusted memory: arrays that stay valid when it grows, zeroing, arrays from elsewhere, and running out of it. */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { loadKernels } from '../../src/fast/trusted/kernels/load.js';
import { KernelMemory } from '../../src/fast/trusted/memory.js';
import { P24 } from '../../src/model/modulus.js';
import { suite } from '../suite.js';

const test = suite('fast memory');

test('arrays are zeroed, and still valid after the memory has grown', async () => {
  const fast = await wasmArithmetic();
  const x = fast.allocate('i16', 5).fill(-3);
  const pad = fast.allocate('u32', 5).fill(P24 - 1);
  const large = fast.allocate('i32', 2 ** 22);
  assert.ok(large.every((value) => value === 0));
  const out = fast.allocate('u32', 5);
  assert.is.not(x.buffer, out.buffer, 'the memory has grown in between');
  fast.blind(x, pad, P24, out);
  assert.equal([...out], new Array(5).fill(P24 - 4));
  fast.close();
});

test('released memory is overwritten and used again', async () => {
  const memory = new KernelMemory(await loadKernels());
  const pointer = memory.take(64);
  const view = new Uint32Array(memory.buffer, pointer, 16).fill(0xdeadbeef);
  memory.give(pointer);
  // The allocator keeps its links in the first words of a free block.
  assert.ok(view.every((value) => value !== 0xdeadbeef));
  assert.is(memory.take(64), pointer);
  assert.is(memory.usedBytes, 64);
  memory.close();
});

test('working space is given back, also when the call fails', async () => {
  const memory = new KernelMemory(await loadKernels());
  assert.throws(() =>
    memory.within((frame) => {
      frame.space(1000);
      throw new Error('stop');
    }),
  );
  assert.is(memory.usedBytes, 0);
});

test('nothing that a call worked on is left when it ends', async () => {
  for (const fails of [false, true]) {
    const memory = new KernelMemory(await loadKernels());
    let copies: Uint32Array[] = [];
    const call = (): void =>
      memory.within((frame) => {
        const pads = Uint32Array.from({ length: 64 }, () => 0xdeadbeef);
        const places = [frame.input(pads), frame.output(pads), frame.space(256), frame.perThread(256).scratch];
        copies = places.map((pointer) => new Uint32Array(memory.buffer, pointer, 64).fill(0xdeadbeef));
        if (fails) throw new Error('stop');
      });
    if (fails) assert.throws(call, /stop/);
    else call();
    for (const copy of copies) assert.not.ok(copy.includes(0xdeadbeef));
    memory.close();
  }
});

test('an output from elsewhere is untouched when the call fails', async () => {
  const memory = new KernelMemory(await loadKernels());
  const out = new Uint32Array(4).fill(9);
  assert.throws(() =>
    memory.within((frame) => {
      frame.output(out);
      throw new Error('stop');
    }),
  );
  assert.equal([...out], [9, 9, 9, 9]);
});

test('parts of arrays, at any offset, work like arrays', async () => {
  const fast = await wasmArithmetic();
  const x = fast.allocate('i16', 40);
  for (let i = 0; i < 40; i++) x[i] = i - 20;
  const pad = fast.allocate('u32', 40).fill(7);
  const out = fast.allocate('u32', 40).fill(1);
  fast.blind(x.subarray(3, 16), pad.subarray(1, 14), P24, out.subarray(5, 18));
  const wanted = Array.from(out, (_, i) => (i < 5 || i >= 18 ? 1 : (i - 5 + 3 - 20 + 7 + P24) % P24));
  assert.equal([...out], wanted);
  fast.close();
});

test('arrays of another memory are copied in and out, and only wiped by release', async () => {
  const fast = await wasmArithmetic();
  const other = await wasmArithmetic();
  const x = other.allocate('i16', 3).fill(2);
  const out = other.allocate('u32', 3);
  fast.blind(x, Uint32Array.of(1, 2, 3), P24, out);
  assert.equal([...out], [3, 4, 5]);
  fast.release(out);
  assert.equal([...out], [0, 0, 0]);
  other.release(out);
  fast.close();
  other.close();
});

test('releasing twice, or a part, is an error', async () => {
  const fast = await wasmArithmetic();
  const x = fast.allocate('i32', 8);
  assert.throws(() => fast.release(x.subarray(1)), /not in use/);
  fast.release(x);
  assert.throws(() => fast.release(x), /not in use/);
  fast.close();
  fast.release(x);
  assert.throws(() => fast.allocate('i32', 1), /closed/);
});

test('running out of memory is an error, and what was there stays usable', async () => {
  const fast = await wasmArithmetic();
  const x = fast.allocate('i32', 4).fill(5);
  assert.throws(() => fast.allocate('i32', 2 ** 29), /out of WebAssembly memory/);
  assert.throws(() => fast.allocate('i32', -1), /length/);
  assert.throws(() => fast.allocate('f64' as 'i32', 1), /kind/);
  assert.ok(fast.isWithin(x, 5));
  assert.ok(fast.isWithin(fast.allocate('i32', 1000), 0));
  fast.close();
});
