/** Plans: decisions follow the costs; outputs and guarantees are the same whatever is decided. */
import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { saboteur, wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { importTflite } from '../../src/formats/tflite/index.js';
import { linearOperations } from '../../src/operations/graph.js';
import { type Device, IntegrityError, referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import { evaluate, type QuantizedNetwork } from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { decide } from '../../src/session/planner/decide.js';
import { type LayerClass, layerClass, layerClasses, typicalMaps } from '../../src/session/planner/layer-class.js';
import { fit } from '../../src/session/planner/measure.js';
import { type Plan, planByRates, planNetwork } from '../../src/session/planner/plan.js';
import type { PlanChoice } from '../../src/session/planner/plan-choice.js';
import type { PlanRates, Rate } from '../../src/session/planner/rates.js';
import { zooNetwork } from '../../src/zoo/index.js';
import { integers } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: planner');

let device: Device;
let arithmetic: TrustedArithmetic;
test.before(async () => {
  device = await wasmDevice();
  arithmetic = await wasmArithmetic();
});
test.after(async () => {
  await device.close();
  arithmetic.close();
});

const small = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;
const layers = linearOperations(small.network).length;
const truth = evaluate(small.network, integers(small.x)).map((values) => values.map(Number));

/** Every way to outsource some of `count` layers. */
const subsets = (count: number): Plan[] =>
  Array.from({ length: 2 ** count }, (_, bits) => ({
    outsourced: Array.from({ length: count }, (_, layer) => ((bits >> layer) & 1) === 1),
  }));

interface Setting {
  readonly network: QuantizedNetwork;
  readonly plan?: PlanChoice;
  readonly on?: Device | null;
  readonly by?: TrustedArithmetic;
}

async function withSession<T>(
  { network, plan, on = device, by = arithmetic }: Setting,
  work: (session: NetworkSession) => Promise<T>,
): Promise<T> {
  const options = { network, device: on, arithmetic: by, randomness: seededRandomness(seed) };
  const session = await NetworkSession.open(plan === undefined ? options : { ...options, plan });
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** One private, verified run; what is outsourced is verified. */
function outputsOf(setting: Setting, x: Int16Array): Promise<number[][]> {
  return withSession(setting, async (session) => {
    await session.prepare(1);
    const { outputs, costs } = await session.run(x);
    assert.is(costs.verifiedLayers, session.outsourcedCount);
    assert.is(session.outsourcedCount, session.plan.outsourced.filter(Boolean).length);
    return outputs.map(({ values }) => [...values]);
  });
}

test('the outputs are the same whatever is outsourced', async () => {
  const plans: PlanChoice[] = [...subsets(layers), 'auto', 'all'];
  for (const plan of plans) {
    assert.equal(await outputsOf({ network: small.network, plan }, small.x), truth, JSON.stringify(plan));
  }
  assert.equal(await outputsOf({ network: small.network }, small.x), truth, 'default');
  assert.equal(await outputsOf({ network: small.network, on: null }, small.x), truth, 'no device');
});

test('batches and streams too', async () => {
  for (const plan of [{ outsourced: [true, false, true, false] }, { outsourced: [false, false, false, true] }]) {
    await withSession({ network: small.network, plan: { outsourced: plan.outsourced.slice(0, layers) } }, async (s) => {
      await s.prepare(3);
      for (const outputs of (await s.run([small.x, small.x, small.x])).images) {
        assert.equal(
          outputs.map(({ values }) => [...values]),
          truth,
        );
      }
      for await (const outputs of s.stream([small.x, small.x], { batch: 1 })) {
        assert.equal(
          outputs.map(({ values }) => [...values]),
          truth,
        );
      }
    });
  }
});

test('a lie in any outsourced layer is caught under every plan', async () => {
  for (const plan of subsets(layers)) {
    const outsourced = plan.outsourced.filter(Boolean).length;
    for (let layer = 0; layer < outsourced; layer++) {
      const on = saboteur(device, { layer, kind: 'one' });
      await withSession({ network: small.network, plan, on }, async (session) => {
        await session.prepare(2);
        const error = await session.run(small.x).catch((reason: unknown) => reason);
        assert.instance(error, IntegrityError, `${plan.outsourced}, ${layer}`);
        assert.is(session.state, 'poisoned');
      });
    }
  }
});

test('soundness is that of one lie in any outsourced layer, and there is none without one', async () => {
  const bits = (plan: PlanChoice): Promise<number> =>
    withSession({ network: small.network, plan }, async ({ soundness }) => soundness.inferenceBits);
  const [none, one] = [subsets(layers)[0]!, subsets(layers)[1]!];
  assert.is(await bits(none), Infinity);
  assert.is(await bits(one), 61);
  assert.is(await bits('all'), 61);
});

test('with auto and passes that take for ever, nothing is outsourced', async () => {
  const slow: TrustedArithmetic = {
    ...arithmetic,
    outgoing(...args) {
      for (const until = performance.now() + 2; performance.now() < until; );
      return arithmetic.outgoing(...args);
    },
  };
  const network = zooNetwork('mobilenet-v2', { size: 32, width: 0.25, classes: 5 });
  const x = new Int16Array(32 * 32 * 3).fill(5);
  const plan = planNetwork(network, { arithmetic: slow });
  assert.not.ok(plan.outsourced.includes(true));
  assert.ok(plan.layers.every(({ reason }) => reason === 'cheaper to compute'));
  await withSession({ network, by: slow }, async (session) => {
    assert.is(session.outsourcedCount, 0);
    assert.is(session.modulus, null);
    await session.prepare(3);
    const { outputs, costs } = await session.run(x);
    assert.equal([costs.verifiedLayers, costs.bytesToDevice, costs.deviceMs], [0, 0, 0]);
    assert.equal(outputs[0]!.values, (await runInTheClear(network, arithmetic, x))[0]);
  });
});

const rate = (unitMs: number, outputMs = 0, callMs = 0): Rate => ({ callMs, unitMs, outputMs });
const everyClass = (one: Rate): Record<LayerClass, Rate> =>
  Object.fromEntries(layerClasses.map((kind) => [kind, one])) as Record<LayerClass, Rate>;

/** What rates say about a map of every class. */
function decisions(rates: Partial<PlanRates>): Record<string, boolean> {
  const all: PlanRates = {
    outgoing: rate(1e-6),
    incoming: rate(1e-6),
    inside: everyClass(rate(1e-7)),
    pads: everyClass(rate(1e-6)),
    drawing: rate(1e-6),
    ...rates,
  };
  const network = zooNetwork('mobilenet-v2', { size: 64, classes: 10 });
  const plan = planByRates(network, all, true);
  return Object.fromEntries(plan.layers.map(({ name, outsourced }) => [name, outsourced]));
}

test('decisions follow the costs, in both directions', () => {
  const some = decisions({});
  // 9 terms cost 0.9 per output against 2; 320 terms cost 32 against about 1.25.
  assert.is(some.block3_depthwise, false);
  assert.is(some.conv_last, true);
  assert.ok(Object.values(decisions({ inside: everyClass(rate(0)) })).every((outsourced) => !outsourced));
  assert.ok(Object.values(decisions({ inside: everyClass(rate(1e-3)) })).every((outsourced) => outsourced));
  assert.ok(Object.values(decisions({ outgoing: rate(0), incoming: rate(0) })).every((outsourced) => outsourced));
  assert.ok(Object.values(decisions({ incoming: rate(0, 0, 1e6) })).every((outsourced) => !outsourced));
  const depthwise = { ...everyClass(rate(1e-3)), depthwise: rate(0) };
  for (const [name, outsourced] of Object.entries(decisions({ inside: depthwise }))) {
    const plain = name.endsWith('_depthwise');
    if (!plain) assert.ok(outsourced, name);
  }
  assert.is(decisions({ inside: depthwise }).block3_depthwise, false);
});

test('offline work decides nothing, and is there only with privacy', () => {
  const network = zooNetwork('mobilenet-v2', { size: 64, classes: 10 });
  const rates = { outgoing: rate(1e-6), incoming: rate(1e-6), inside: everyClass(rate(1e-7)) };
  const cheap = { ...rates, pads: everyClass(rate(0)), drawing: rate(0) };
  const dear = { ...rates, pads: everyClass(rate(1)), drawing: rate(1) };
  assert.equal(planByRates(network, cheap, true).outsourced, planByRates(network, dear, true).outsourced);
  assert.ok(planByRates(network, dear, true).layers.every(({ offlineMs }) => offlineMs > 0));
  assert.ok(planByRates(network, dear, false).layers.every(({ offlineMs }) => offlineMs === 0));
});

test('ties and near-ties go to the device', () => {
  const cases = [
    [1, 1, true],
    [1, 0.96, true],
    [1, 0.94, false],
    [1, 2, true],
    [0, 0, true],
  ] as const;
  for (const [trustedMsIfOutsourced, msInside, outsourced] of cases) {
    assert.is(decide({ trustedMsIfOutsourced, msInside }).outsourced, outsourced, `${msInside}`);
  }
});

test('rates explain what was measured', () => {
  assert.equal(fit(1, { ms: 11, units: 100, outputs: 10 }), { callMs: 1, unitMs: 0.1, outputMs: 0 });
  const few = { ms: 1 + 20 * 0.5 + 200 * 0.25, units: 200, outputs: 20 };
  const many = { ms: 1 + 10 * 0.5 + 800 * 0.25, units: 800, outputs: 10 };
  assert.equal(fit(1, few, many), { callMs: 1, unitMs: 0.25, outputMs: 0.5 });
  const noisy = fit(5, { ms: 4, units: 200, outputs: 20 }, { ms: 3, units: 800, outputs: 10 });
  assert.equal(noisy, { callMs: 5, unitMs: 0, outputMs: 0 });
});

test('typical maps are of their class', () => {
  for (const kind of layerClasses) {
    const { small: least, large } = typicalMaps[kind];
    for (const make of large) assert.is(layerClass(make()), kind);
    if (kind !== 'windowed') assert.is(layerClass(least()), kind);
  }
});

test('measuring happens once for an arithmetic, and gives everything back', () => {
  const out = { arrays: 0, maps: 0, loads: 0 };
  const counting: TrustedArithmetic = {
    ...arithmetic,
    allocate(kind, length) {
      out.arrays++;
      return arithmetic.allocate(kind, length);
    },
    release(array) {
      out.arrays--;
      arithmetic.release(array);
    },
    load(map) {
      out.maps++;
      out.loads++;
      const trusted = arithmetic.load(map);
      const release = (): void => {
        out.maps--;
        trusted.release();
      };
      return { ...trusted, release };
    },
  };
  const steps: [number, number][] = [];
  const options = { arithmetic: counting, onMeasured: (done: number, total: number) => steps.push([done, total]) };
  const plan = planNetwork(small.network, options);
  const { loads } = out;
  assert.ok(loads > 0);
  assert.equal([out.arrays, out.maps], [0, 0]);
  assert.equal(
    steps.map(([done]) => done),
    steps.map((_, index) => index + 1),
  );
  assert.is(steps.at(-1)![0], steps.at(-1)![1]);
  assert.equal(planNetwork(small.network, options), plan);
  planNetwork(small.network, { ...options, parameters: { privacy: false } });
  assert.is(out.loads, loads, 'maps are measured once');
  assert.equal([out.arrays, out.maps], [0, 0]);
});

test('an arithmetic that is too slow to time is planned for all the same', () => {
  for (const parameters of [{}, { integrity: false }, { privacy: false }, { integrity: false, privacy: false }]) {
    const plan = planNetwork(small.network, { arithmetic: referenceArithmetic(), parameters });
    assert.is(plan.layers.length, layers);
    for (const { trustedMsIfOutsourced, msInside, offlineMs } of plan.layers) {
      for (const ms of [trustedMsIfOutsourced, msInside, offlineMs]) assert.ok(Number.isFinite(ms) && ms >= 0);
    }
  }
});

test('a plan that does not fit is refused in plain words', async () => {
  const refused = async (plan: unknown, kind: typeof RangeError | typeof TypeError, message: RegExp): Promise<void> => {
    const error = await NetworkSession.open({
      network: small.network,
      device,
      arithmetic,
      plan: plan as PlanChoice,
    }).catch((reason: unknown) => reason);
    assert.instance(error, kind, String(error));
    assert.match((error as Error).message, message);
  };
  await refused('some', RangeError, /plan must be 'auto', 'all' or a plan, not 'some'/);
  await refused(7, TypeError, /plan.outsourced must be a list of booleans/);
  await refused(null, TypeError, /plan.outsourced must be a list of booleans/);
  await refused({ outsourced: 'all' }, TypeError, /plan.outsourced must be a list of booleans/);
  await refused({ outsourced: [true] }, RangeError, /decides about 1 linear layers, but the network has \d/);
  await refused({ outsourced: Array(layers).fill(1) }, TypeError, /plan.outsourced\[0\] must be true or false/);
  await refused({ outsourced: Array(layers) }, TypeError, /plan.outsourced\[0\] must be true or false/);
  const error = await NetworkSession.open({
    network: small.network,
    device: null,
    arithmetic,
    plan: subsets(layers)[1]!,
  }).catch((reason: unknown) => reason);
  assert.match(String(error), /outsources layers, but there is no device/);
});

test('a session keeps a copy of its plan', async () => {
  const outsourced = Array(layers).fill(true) as boolean[];
  await withSession({ network: small.network, plan: { outsourced } }, async (session) => {
    outsourced.fill(false);
    await session.prepare(1);
    assert.is((await session.run(small.x)).costs.verifiedLayers, layers);
  });
});

const model = new URL('../../../shared/models/mobilenet_v2_1.0_224_quant.tflite', import.meta.url);
if (existsSync(model)) {
  test('MobileNetV2 gives the same under every plan', async () => {
    const network = importTflite(readFileSync(model), 'mobilenet');
    const x = Int16Array.from({ length: 224 * 224 * 3 }, (_, index) => ((index * 2654435761) % 256) - 128);
    const clear = (await runInTheClear(network, arithmetic, x)).map((values) => [...values]);
    const { length } = linearOperations(network);
    const odd = { outsourced: Array.from({ length }, (_, index) => index % 2 === 1) };
    const even = { outsourced: odd.outsourced.map((one) => !one) };
    for (const plan of ['auto', 'all', odd, even] as const) {
      assert.equal(await outputsOf({ network, plan }, x), clear);
    }
    assert.equal(await outputsOf({ network, on: null }, x), clear);
  });
} else {
  test.skip('MobileNetV2 under every plan', 'the models of ../shared are not there');
}
