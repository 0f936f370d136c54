/** Rounding of inputs does no harm, rounding of sums is noticed. */
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import '@tensorflow/tfjs-backend-cpu';
import { conformance } from '../../../src/conformance/index.js';
import type { TfjsNamespace } from '../../../src/fast/devices/tfjs/core.js';
import { tfjsDevice } from '../../../src/fast/devices/tfjs/device.js';
import { DeviceError } from '../../../src/protocol/errors.js';
import { suite } from '../../suite.js';
import { backward, pairwise, rival, significand, toBfloat16, toFloat16, toFloat32, toTf32 } from './rivals.js';

const test = suite('tfjs rivals');
test.before(async () => void (await tf.setBackend('cpu')));

const exact: Record<string, TfjsNamespace> = {
  'inputs in TF32': rival(toTf32, toFloat32),
  'inputs in float16, sums backwards': rival(toFloat16, toFloat32, backward),
  'inputs in bfloat16, sums in pairs': rival(toBfloat16, toFloat32, pairwise),
};

for (const [name, namespace] of Object.entries(exact)) {
  test(`stays exact: ${name}`, async () => {
    await conformance(() => tfjsDevice(namespace), { randomShapes: 5 });
  });
}

const inexact: Record<string, TfjsNamespace> = {
  'sums in float16': rival(toFloat32, toFloat16),
  'sums in TF32': rival(toFloat32, toTf32),
  'sums in bfloat16': rival(toFloat32, toBfloat16),
  'sums of 22 bits': rival(toFloat32, significand(22)),
  'sums of 23 bits': rival(toFloat32, significand(23)),
  'inputs of 6 bits': rival(significand(6), toFloat32),
};

for (const [name, namespace] of Object.entries(inexact)) {
  test(`is refused at open: ${name}`, async () => {
    const before = tf.memory().numTensors;
    const error = await tfjsDevice(namespace).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.instance(error, DeviceError);
    assert.match((error as Error).message, /does not compute exactly/);
    assert.is(tf.memory().numTensors, before);
  });
}

test('a namespace that is not TensorFlow.js is a TypeError, wrong options are RangeErrors', async () => {
  const { matMul: _, ...rest } = tf;
  for (const wrong of [rest, null, 'tf', {}]) {
    const error = await tfjsDevice(wrong as unknown as TfjsNamespace).catch((reason: unknown) => reason);
    assert.instance(error, TypeError);
  }
  const error = await tfjsDevice(tf, { tensorEntries: 5 }).catch((reason: unknown) => reason);
  assert.instance(error, RangeError);
});
