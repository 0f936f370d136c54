/** How many files one verified layer takes, from `NetworkSession.run` to the device and back: those that ARCHITECTURE.md lists. */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import { referenceDevice } from '../../src/reference/index.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { suite } from '../suite.js';

const test = suite('session: files of a walk');

/** The most that a reader should have to open. */
const MOST = 28;

/** Not on the way: shapes and bounds, validators, errors, counters, and the device itself. */
const ASIDE = /^(model|boundary|reference|fast\/devices)\/|^protocol\/(errors|costs|reference-device)\.ts$/;

const tensor = (name: string, length: number) =>
  ({ kind: 'activation', name, shape: [length], scale: 1, zeroPoint: 0, minimum: -128, maximum: 127 }) as const;

const network = aQuantizedNetwork({
  name: 'one layer',
  tensors: [tensor('x', 4), tensor('y', 3)],
  operations: [
    {
      kind: 'linear',
      name: 'y',
      input: 0,
      output: 1,
      map: {
        kind: 'dense',
        inputs: 4,
        outputs: 3,
        weights: Int16Array.from({ length: 12 }, (_, at) => at - 5),
        inputRange: { minimum: -128, maximum: 127 },
      },
      bias: new Int32Array(3),
      requantization: { multipliers: new Int32Array(3).fill(2 ** 30), shift: 32, minimum: -128, maximum: 127 },
    },
  ],
  input: 0,
  outputs: [1],
});

/** The files below src of which a function ran meanwhile. */
async function filesOf(work: () => Promise<unknown>): Promise<string[]> {
  const inspector = new Session();
  inspector.connect();
  try {
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    // What ran before is taken away.
    await inspector.post('Profiler.takePreciseCoverage');
    await work();
    const { result } = await inspector.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url, functions }) => {
        // The first function of a module is the module.
        const ran = functions.some(({ ranges }) => ranges[0]!.count > 0 && ranges[0]!.startOffset > 0);
        return url.includes('/src/') && ran;
      })
      .map(({ url }) => url.replace(/^.*\/src\//, ''))
      .filter((file) => !ASIDE.test(file))
      .sort();
  } finally {
    await inspector.post('Profiler.stopPreciseCoverage');
    inspector.disconnect();
  }
}

/** The files that the section names. */
function listed(): string[] {
  const text = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  const [, rest = ''] = text.split('## One verified layer');
  const [section = ''] = rest.split('\n## ');
  return [...new Set(Array.from(section.matchAll(/`src\/([^`]+\.ts)`/g), ([, file]) => file!))].sort();
}

test('the files that one verified layer runs through are those that ARCHITECTURE.md lists', async () => {
  const arithmetic = await wasmArithmetic();
  const parameters = { privacy: false };
  const session = await NetworkSession.open({
    network,
    device: referenceDevice(),
    arithmetic,
    parameters,
    plan: 'all',
  });
  const input = Int16Array.of(1, -2, 3, 4);
  try {
    // What is made once, and not for every run, is made by the first.
    await session.run(input);
    const files = await filesOf(() => session.run(input));
    assert.equal(listed(), files);
    assert.ok(files.length <= MOST, `${files.length} files`);
  } finally {
    session.close();
    arithmetic.close();
  }
});
