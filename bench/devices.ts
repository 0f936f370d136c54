/**
 * How fast a device is: every distinct linear layer of four networks, over the integers and modulo both pad moduli, copies
 * included, beside what the copies alone would take. `npm run bench -- devices --help`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { inspectDevice, openDevice } from '../src/cli/devices.js';
import { cudaDevice, wasmArithmetic } from '../src/fast/index.js';
import { version } from '../src/formats/load/version.js';
import { macCount } from '../src/model/linear-map.js';
import type { TrustedArithmetic } from '../src/protocol/arithmetic.js';
import type { Device } from '../src/protocol/device.js';
import { copyMs, type Limits, limitsOf } from './devices-limits.js';
import { type Effort, type LayerResult, timeLayer } from './devices-time.js';
import { layersOf, withWeights } from './layers.js';
import { machine, rounded } from './measure.js';

/** What to measure. */
export interface DevicesOptions extends Effort {
  readonly device: string;
  readonly networks: readonly string[];
  readonly modes: readonly string[];
  readonly json: boolean;
  /** False when only a part is measured, which must not replace the results of a whole run. */
  readonly write: boolean;
}

interface NetworkResult {
  readonly network: string;
  readonly mode: string;
  readonly macs: number;
  readonly msPerImage: number;
  readonly deviceMsPerImage: number | null;
  readonly gigaMacsPerSecond: number;
  readonly copiesMsPerImage: number;
  readonly ratioToCopies: number;
  readonly layers: readonly LayerResult[];
}

const HOW_TO_READ = [
  'One row of `networks` is one network in one mode: integers, or modulo P24 or M31 (blinded layers). msPerImage: all of its linear layers, each as often as it occurs, divided by the batch.',
  'A time is the median of `samples` calls of apply, from the call to the answer, copies in and out and the host part of the device included. Weights are loaded before.',
  'copiesMsPerImage: what the copies alone would take at the measured `limits`, in and then out, layer after layer. ratioToCopies: that by msPerImage; 1 is as fast as the copies, and more is possible with several calls in flight.',
  'deviceMsPerImage: the same without any copy, by the clock of the device itself; null for devices that have none.',
  'needs: the smallest modulus with which the layer can be blinded; the weights here are uniform in -127..127, trained ones are smaller. checksum: of the first answer; equal on every exact device.',
  'Compare only numbers of one machine.',
];

const roundedRow = <T extends object>(row: T): T =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' && !Number.isInteger(value) ? rounded(value) : value,
    ]),
  ) as T;

function sumUp(network: string, mode: string, layers: readonly LayerResult[], limits: Limits): NetworkResult {
  const total = (of: (row: LayerResult) => number): number => layers.reduce((sum, row) => sum + row.count * of(row), 0);
  const [macs, msPerImage] = [total((row) => row.macs), total((row) => row.ms)];
  const copiesMsPerImage = total((row) => copyMs(limits, row.bytesIn, row.bytesOut));
  const sums = {
    macs,
    msPerImage,
    deviceMsPerImage: layers.some(({ deviceMs }) => deviceMs === null) ? null : total((row) => row.deviceMs ?? 0),
    gigaMacsPerSecond: macs / msPerImage / 1e6,
    copiesMsPerImage,
    ratioToCopies: copiesMsPerImage / msPerImage,
  };
  return { network, mode, ...roundedRow(sums), layers: layers.map(roundedRow) };
}

async function runNetwork(
  device: Device,
  arithmetic: TrustedArithmetic,
  network: string,
  limits: Limits,
  options: DevicesOptions,
): Promise<NetworkResult[]> {
  const all = layersOf(network);
  const layers = options.quick ? all.sort((a, b) => macCount(a.shape) - macCount(b.shape)).slice(0, 3) : all;
  const rows = new Map<string, LayerResult[]>(options.modes.map((mode) => [mode, []]));
  for (const layer of layers) {
    const map = withWeights(layer);
    for (const mode of options.modes) {
      rows.get(mode)!.push(await timeLayer(device, arithmetic, layer, map, mode, options));
    }
    process.stderr.write(`${network}: ${layer.name}\n`);
  }
  return options.modes.map((mode) => sumUp(network, mode, rows.get(mode)!, limits));
}

function print(results: readonly NetworkResult[]): void {
  for (const { network, mode, layers } of results) {
    console.log(`${network}, ${mode}`);
    console.table(layers.map(({ checksum: _, samples: __, ...row }) => row));
  }
  console.table(results.map(({ layers: _, ...row }) => row));
}

/**
 * Measures, prints, and writes `bench/results/devices-<name>.json`.
 * @throws UsageError for an unknown device; DeviceError when it is not there or fails
 */
export async function benchDevices(options: DevicesOptions): Promise<void> {
  // In this thread: the card's own clock and limits are asked for, and copies in and out are part of what is measured.
  const device = options.device === 'cuda' ? await cudaDevice() : await openDevice(options.device);
  const arithmetic = await wasmArithmetic();
  try {
    const { about } = await inspectDevice(device.name);
    const limits = await limitsOf(device);
    const networks: NetworkResult[] = [];
    for (const network of options.networks) {
      networks.push(...(await runNetwork(device, arithmetic, network, limits, options)));
    }
    const report = {
      howToRead: HOW_TO_READ,
      command: `npm run bench -- devices ${process.argv.slice(3).join(' ')}`.trim(),
      date: new Date().toISOString().slice(0, 10),
      device: { name: device.name, about },
      versions: { slalom: version },
      machine: machine(),
      batch: options.batch,
      callsInFlight: options.inFlight,
      limits: roundedRow({ ...limits.rates }),
      networks,
    };
    if (options.json) console.log(JSON.stringify(report));
    else {
      console.log(`${device.name}: ${about}, batch ${options.batch}`);
      print(networks);
      console.log('limits of this run:', report.limits);
    }
    if (!options.write) return;
    const folder = new URL('./results/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    const suffix = options.batch === 1 ? '' : `-batch${options.batch}`;
    writeFileSync(new URL(`devices-${device.name}${suffix}.json`, folder), `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    arithmetic.close();
    await device.close();
  }
}
