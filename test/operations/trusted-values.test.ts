/** Trusted operations take trusted values: a device's answer is none, and the compiler says so. */
import * as assert from 'uvu/assert';
import type { ActivationTensor } from '../../src/model/tensor.js';
import type { ReshapeOperation } from '../../src/model/trusted-operations.js';
import { runTrusted } from '../../src/operations/run-trusted.js';
import type { DeviceOutput } from '../../src/protocol/device.js';
import { Own, referenceArithmetic, type TrustedValue, Unchecked, Verified } from '../../src/protocol/index.js';
import type { RunLinear } from '../../src/session/walk.js';
import { suite } from '../suite.js';

const test = suite('operations: trusted values');

const operation: ReshapeOperation = { kind: 'reshape', name: 'y', input: 0, output: 1 };
const tensor: ActivationTensor = {
  kind: 'activation',
  name: 'x',
  shape: [3],
  scale: 1,
  zeroPoint: 0,
  minimum: -128,
  maximum: 127,
};
const run = (x: TrustedValue<Int16Array>) => runTrusted(operation, [x], [tensor], tensor, 1, referenceArithmetic());

test('what the trusted side made is taken', () => {
  assert.equal([...run(new Own(Int16Array.of(1, 2, 3))).value], [1, 2, 3]);
});

test("a device's answer, and what only looks like a trusted value, are not", () => {
  const answer = Int16Array.of(1, 2, 3);
  // @ts-expect-error numbers that nobody vouches for
  const bare: TrustedValue<Int16Array> = answer;
  // @ts-expect-error the same in an object that looks right
  const forged: TrustedValue<Int16Array> = { value: answer };
  // @ts-expect-error what a device gives
  const given: TrustedValue<DeviceOutput> = new Int32Array(3) as DeviceOutput;
  // @ts-expect-error a layer's result is trusted or it is none
  const linear: RunLinear = async () => new Int32Array(3);
  assert.ok([bare, forged, given, linear].every((one) => !(one instanceof Own)));
  const borrowed = Object.create(Own.prototype) as Own<Int16Array>;
  for (const read of [() => borrowed.value, () => Object.create(Verified.prototype).value])
    assert.throws(read, TypeError);
  for (const Kind of [Verified, Unchecked]) {
    assert.throws(() => new (Kind as new (proof: symbol, value: unknown) => unknown)(Symbol(), answer), TypeError);
  }
});
