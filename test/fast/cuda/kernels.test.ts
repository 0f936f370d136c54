/** The kernels compile, for cards that are not here; and the proofs in bounds.ts hold on every edge. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  DEPTH_LIMIT,
  DEPTH_STEP,
  DIRECT_TERMS,
  digitPlan,
  divisor,
  LIFT,
  repunit,
  residuePlan,
} from '../../../src/fast/devices/cuda/bounds.js';
import { Compiler } from '../../../src/fast/devices/cuda/compiler.js';
import { entryPoints, kernelSources, program } from '../../../src/fast/devices/cuda/kernels/program.js';
import { loadKoffi } from '../../../src/fast/devices/cuda/koffi.js';
import { type FoundLibrary, LibrarySearch } from '../../../src/fast/devices/cuda/libraries.js';
import { M31, P24 } from '../../../src/model/modulus.js';
import { DeviceError, DeviceUnavailableError } from '../../../src/protocol/errors.js';
import { check, suite } from '../../suite.js';
import { required } from './emulated.js';

const test = suite('cuda kernels');

function nvcc(): void {
  for (const architecture of ['sm_80', 'sm_90']) {
    test(`nvcc compiles every kernel for ${architecture}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'slalom-nvcc-'));
      try {
        await Promise.all(
          Object.entries({ ...kernelSources, program }).map(async ([name, source]) => {
            const file = join(folder, `${name}.cu`);
            writeFileSync(file, source);
            const flags = [
              `-arch=${architecture}`,
              '--ptx',
              '-std=c++14',
              '-Werror',
              'all-warnings',
              '-o',
              `${file}.ptx`,
            ];
            await promisify(execFile)('nvcc', [...flags, file]);
          }),
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  test('the assembler needs no stack and spills nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slalom-nvcc-'));
    try {
      const file = join(folder, 'program.cu');
      writeFileSync(file, program);
      const flags = ['-arch=sm_90', '-cubin', '-std=c++14', '-Xptxas', '-v', '-o', `${file}.cubin`, file];
      const { stderr } = await promisify(execFile)('nvcc', flags);
      const frames = [...stderr.matchAll(/(\d+) bytes stack frame, (\d+) bytes spill stores/g)];
      assert.is(frames.length, entryPoints.length);
      for (const [line, stack, spilled] of frames) assert.equal([stack, spilled], ['0', '0'], line);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

if (spawnSync('nvcc', ['--version']).status === 0) nvcc();
else if (required('nvcc')) test('nvcc is required', () => assert.unreachable('nvcc is not installed'));
else test.skip('nvcc compiles every kernel', 'nvcc is not installed');

const koffi = await loadKoffi();
let nvrtc: FoundLibrary | string;
try {
  nvrtc = new LibrarySearch(koffi).open('nvrtc', 99);
} catch (error) {
  assert.instance(error, DeviceUnavailableError);
  nvrtc = 'there is no NVRTC';
}
const found = nvrtc;
if (typeof found === 'object') {
  test('NVRTC compiles the program, once, and gives its log for a wrong one', async () => {
    const compiler = new Compiler(koffi, found);
    const image = await compiler.compile(program, [9, 0]);
    assert.equal([...image.subarray(0, 4)], [0x7f, 0x45, 0x4c, 0x46]);
    assert.is(await compiler.compile(program, [9, 0]), image);
    const wrong = await compiler.compile('wrong', [9, 0]).catch((error: unknown) => error);
    assert.instance(wrong, DeviceError);
    assert.match((wrong as Error).message, /NVRTC_ERROR_COMPILATION[\s\S]*slalom\.cu\(1\)/);
  });
} else if (required('nvrtc')) test('NVRTC is required', () => assert.unreachable(found));
else test.skip('NVRTC compiles the program', found);

test('the magic numbers divide', async () => {
  const d = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    fc.integer({ min: 1, max: 5000 }),
    fc.constantFrom(1, 2, 3, 2 ** 30, 2 ** 31 - 1),
  );
  const n = fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31 - 2));
  const over = (value: number, by: number): number => {
    const { magic, shift } = divisor(by);
    assert.ok(magic < 2 ** 32 && shift < 63);
    return Number((BigInt(value) * BigInt(magic)) >> BigInt(shift));
  };
  await check(
    fc.property(n, d, (value, by) => {
      assert.is(over(value, by), Math.floor(value / by));
      const multiple = by * Math.floor((2 ** 31 - 1) / by);
      assert.is(over(multiple, by), multiple / by);
      assert.is(over(multiple - 1, by), Math.floor((multiple - 1) / by));
    }),
    2000,
  );
  for (const wrong of [0, -1, 1.5, 2 ** 31]) assert.throws(() => divisor(wrong), /cannot be a divisor/);
});

test('every int16 range fits its digits, and no range gets more than it needs', async () => {
  const value = fc.integer({ min: -32768, max: 32767 });
  await check(
    fc.property(value, value, (a, b) => {
      const [minimum, maximum] = [Math.min(a, b), Math.max(a, b)];
      const { digits, offset } = digitPlan(minimum, maximum);
      assert.ok(minimum - offset >= -128 * repunit(digits) && maximum - offset <= 127 * repunit(digits));
      assert.is(digits, maximum - minimum < 256 ? 1 : 2);
      assert.ok(Math.abs(offset) <= 32640);
    }),
    2000,
  );
  assert.equal(digitPlan(-128, 127), { digits: 1, offset: 0 });
  assert.equal(digitPlan(0, 255), { digits: 1, offset: 128 });
  assert.equal(digitPlan(-255, 255), { digits: 2, offset: 0 });
  assert.equal(digitPlan(-32768, 32767), { digits: 2, offset: 128 });
});

test('the numbers in the proofs', () => {
  assert.ok(DEPTH_LIMIT % DEPTH_STEP === 0 && DEPTH_LIMIT * 2 ** 14 <= 2 ** 31 - 1);
  assert.ok((DEPTH_LIMIT + DEPTH_STEP) * 2 ** 14 > 2 ** 31 - 1);
  for (const p of [P24, M31] as const) {
    const { digits, top } = residuePlan(p);
    assert.ok(top <= 127 * repunit(digits) && top + 1 - p >= -128 * repunit(digits));
    assert.ok(LIFT[p] % BigInt(p) === 0n && 2n * LIFT[p] < 2n ** 63n);
    assert.ok(2n ** 15n * BigInt(DIRECT_TERMS) * 2n ** 31n + 2n ** 31n <= LIFT[p]);
    const bits = p === P24 ? 24n : 31n;
    const reduce = (t: bigint): bigint => {
      let u = t + LIFT[p];
      for (let fold = 0; fold < 3; fold++) u = (u & (2n ** bits - 1n)) + (2n ** bits - BigInt(p)) * (u >> bits);
      return u >= p ? u - BigInt(p) : u;
    };
    for (let shift = 0n; shift < 62n; shift++) {
      for (const near of [-2n, -1n, 0n, 1n, 2n]) {
        for (const t of [
          2n ** shift + near,
          -(2n ** shift) + near,
          LIFT[p] - 2n ** shift + near,
          BigInt(p) * 2n ** (shift % 30n) + near,
        ]) {
          if (t > LIFT[p] || t < -LIFT[p]) continue;
          const wanted = ((t % BigInt(p)) + BigInt(p)) % BigInt(p);
          assert.is(reduce(t), wanted, `${t} modulo ${p}`);
        }
      }
    }
    assert.is(reduce(LIFT[p]), 0n);
    assert.is(reduce(-LIFT[p]), 0n);
  }
});
