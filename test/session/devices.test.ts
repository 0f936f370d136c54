/** Real networks give the same integers on every device this machine has, private or not. */
import { existsSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { importTflite } from '../../src/formats/tflite/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { openIfPresent } from '../devices.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('network: devices');

const models = new URL('../../../shared/models/', import.meta.url);
const names = ['mobilenet_v1_0.25_128_quant', 'mobilenet_v2_1.0_224_quant', 'tf2_mobilenet_v2_1.0_224_ptq'];
const arithmetic = await wasmArithmetic();
test.after(() => arithmetic.close());

for (const device of ['webgpu', 'tfjs-wasm', 'tfjs-cpu', 'cuda']) {
  const title = `${device}: the three networks of ../shared/models`;
  if (!existsSync(models)) {
    test.skip(title, 'the models are not there');
    continue;
  }
  const opened = await openIfPresent(device);
  if (typeof opened === 'string') {
    test.skip(title, opened);
    continue;
  }
  test.long(
    title,
    async () => {
      try {
        for (const name of names) {
          const network = importTflite(readFileSync(new URL(`${name}.tflite`, models)), name);
          const input = network.tensors[network.input]!;
          const lowest = input.kind === 'activation' ? input.minimum : 0;
          const length = input.shape.reduce((product, size) => product * size, 1);
          const x = Int16Array.from({ length }, (_, index) => ((index * 2654435761) % 256) + lowest);
          const truth = (await runInTheClear(network, arithmetic, x)).map((values) => [...values]);
          for (const privacy of [true, false]) {
            const session = await NetworkSession.open({
              network,
              device: opened,
              arithmetic,
              plan: 'all',
              parameters: { privacy },
              randomness: seededRandomness(seed),
            });
            await session.prepare(1);
            const { outputs, costs } = await session.run(x);
            assert.is(costs.verifiedLayers, session.layerCount);
            session.close();
            assert.equal(
              outputs.map(({ values }) => [...values]),
              truth,
            );
          }
        }
      } finally {
        await opened.close();
      }
    },
    300_000,
  );
}
