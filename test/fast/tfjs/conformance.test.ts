/** Every TensorFlow.js backend that is installed passes the suite. */
import { conformance } from '../../../src/conformance/index.js';
import { openTfjs, TFJS_BACKENDS } from '../../../src/fast/devices/tfjs/open.js';
import { suite } from '../../suite.js';
import { whereAvailable } from './open-or-skip.js';

const test = suite('tfjs conformance');

for (const backend of TFJS_BACKENDS) {
  const open = () => openTfjs(backend);
  await whereAvailable(test, `tfjs-${backend}`, open, () => {
    test(backend, async () => void (await conformance(open)));
  });
}
