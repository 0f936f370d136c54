/**
 * The offline phase: the linear engine in multiply-accumulates a second, and what it takes to fold a network's challenges and
 * to make the pads of one private inference, on one thread and on more.
 */
import { availableParallelism } from 'node:os';
import { wasmArithmetic } from '../src/fast/index.js';
import { macCount } from '../src/model/linear-map.js';
import { certify, NetworkSession, zooNetwork } from '../src/network/index.js';
import { NETWORKS } from './end-to-end/options.js';
import { replayDevice } from './end-to-end/replay-device.js';
import { engineCases, JOBS, layers } from './engine-cases.js';
import { measure } from './measure.js';
import { writeReport } from './report.js';
import { consumedTotal } from './values.js';

const HOW_TO_READ = [
  'engine: 10^9 multiply-accumulates a second, one thread, 8-bit weights. P24 and M31: u = L(rho) modulo p; integers: L(x), as in the in-TEE baseline; transpose: folding one challenge. Padding counts as work. Medians.',
  'networks: challengesMs folds the two challenges of every layer, once per session; padsMs makes the pads of one private inference, rho drawn and u computed; gigaMacsPerSecond counts the network’s multiply-accumulates in padsMs. The fastest of several.',
  'Compare only numbers of one machine and one run.',
];

const rounded = (value: number): number => Number(value.toPrecision(3));

async function measureEngine(quick: boolean) {
  const arithmetic = await wasmArithmetic();
  const cases = Object.entries(layers).flatMap(([layer, map]) => engineCases(arithmetic, layer, map));
  const times = await measure('linear engine', cases, quick ? 0.001 : 0.3);
  arithmetic.close();
  return Object.entries(layers).map(([layer, map]) => {
    const gigaMacs = (job: string): number => rounded(macCount(map) / times.get(`${layer} ${job}`)!.seconds / 1e9);
    return { layer, macs: macCount(map), ...Object.fromEntries(JOBS.map((job) => [job, gigaMacs(job)])) };
  });
}

async function measureNetworks(quick: boolean) {
  const rows = [];
  const size = quick ? 64 : 224;
  for (const name of quick ? (['mobilenet-v1'] as const) : NETWORKS) {
    const network = zooNetwork(name, { size });
    const { macs, modulus } = certify(network);
    for (const threads of [...new Set([1, 2, availableParallelism()])]) {
      const arithmetic = await wasmArithmetic({ threads });
      const device = await replayDevice();
      const session = await NetworkSession.open({ network, device, arithmetic, plan: 'all' });
      const challengesMs = session.offlineMs;
      const pads: number[] = [];
      for (let i = 0; i < (quick ? 1 : 4); i++) {
        const before = session.offlineMs;
        await session.prepare(1);
        pads.push(session.offlineMs - before);
      }
      session.close();
      arithmetic.close();
      await device.close();
      const padsMs = Math.min(...pads);
      const gigaMacsPerSecond = rounded(macs / padsMs / 1e6);
      rows.push({
        network: name,
        threads,
        modulus,
        macs,
        challengesMs: rounded(challengesMs),
        padsMs: rounded(padsMs),
        gigaMacsPerSecond,
      });
    }
  }
  return rows;
}

/** Measures, prints, and writes bench/results/offline.json, unless it is a quick run. */
export async function benchOffline({ quick, json }: { quick: boolean; json: boolean }): Promise<void> {
  const engine = await measureEngine(quick);
  const networks = await measureNetworks(quick);
  writeReport('offline', HOW_TO_READ, { engine, networks }, { quick, json });
  if (!json) console.log(`all results together: ${consumedTotal()}`);
}
