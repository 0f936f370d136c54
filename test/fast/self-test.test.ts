/** What is tested when a device is opened: exact devices pass, devices that round are refused. */
import * as assert from 'uvu/assert';
import { selfTest } from '../../src/fast/index.js';
import { type Device, DeviceError } from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { suite } from '../suite.js';

const test = suite('self-test of devices');

/** The nearest number of `bits` significant bits. */
function rounded(value: number, bits: number): number {
  if (value === 0) return 0;
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(Math.abs(value))) + 1 - bits);
  return Math.round(value / unit) * unit;
}

/** An exact device whose results pass through a format of so many significant bits. */
function rounding(bits: number, when: (mode: number | 'integers') => boolean): Device {
  const exact = referenceDevice();
  return {
    ...exact,
    async load(map, mode) {
      const loaded = await exact.load(map, mode);
      return {
        apply: async (x) => {
          const y = await loaded.apply(x);
          return when(mode) ? y.map((value) => rounded(value, bits)) : y;
        },
        release: () => loaded.release(),
      };
    },
  };
}

test('the reference device passes', () => selfTest(referenceDevice()));

for (const [format, bits] of [
  ['bfloat16', 8],
  ['float16 and TF32', 11],
  ['float22', 22],
  ['float32', 24],
  ['30 bits', 30],
] as const) {
  test(`refused: integers that pass through ${format}`, async () => {
    const error = await selfTest(rounding(bits, (mode) => mode === 'integers')).catch((caught: unknown) => caught);
    assert.instance(error, DeviceError);
    assert.match((error as Error).message, /does not compute exactly/);
  });
}

test('refused: residues that pass through float32', async () => {
  const error = await selfTest(rounding(24, (mode) => mode === 2147483647)).catch((caught: unknown) => caught);
  assert.instance(error, DeviceError);
});

test('refused: residues of P24 that pass through a format of 23 bits', async () => {
  const error = await selfTest(rounding(23, (mode) => mode === 16777213)).catch((caught: unknown) => caught);
  assert.instance(error, DeviceError);
});
