/** `slalom inspect`: what a network is, what it costs, and that it fits. */
import { basename } from 'node:path';
import { digitPlan, residuePlan } from '../fast/devices/cuda/bounds.js';
import { weightRange } from '../fast/devices/webgpu/bounds.js';
import type { LinearMap } from '../model/linear-map.js';
import { certify } from '../operations/certificate.js';
import { linearOperations } from '../operations/graph.js';
import { M31, P24 } from '../protocol/index.js';
import { type Inspection, inspectNetwork, type LayerInspection } from '../session/inspection.js';
import { type LoadedNetwork, loadNetworkOrZoo } from './load-network.js';
import { bytes, table } from './table.js';

/** The command line, as text. */
export interface InspectOptions {
  readonly json?: boolean;
}

/** 8-bit digits in which fast devices compute: every digit of the input times every digit of the weights. */
interface Limbs {
  /** Of a blinded input. */
  readonly blinded: number;
  /** Of the input itself, when privacy is off. */
  readonly plain: number;
  readonly weights: number;
}

function limbsOf(map: LinearMap, modulus: Inspection['modulus']): Limbs {
  const { minimum, maximum } = weightRange(map.weights);
  return {
    blinded: residuePlan(modulus === 'P24' ? P24 : M31).digits,
    plain: digitPlan(map.inputRange.minimum, map.inputRange.maximum).digits,
    weights: digitPlan(minimum, maximum).digits,
  };
}

type Layer = LayerInspection & { readonly limbs: Limbs };

/** Runs the command and returns what belongs on standard output. */
export async function inspectCommand(path: string, options: InspectOptions): Promise<string> {
  const loaded = await loadNetworkOrZoo(path, 'the model');
  const { network, format, preprocessing, labels, origin } = loaded;
  const inspection = inspectNetwork(network, certify(network));
  const maps = linearOperations(network).map(({ map }) => map);
  const layers = inspection.layers.map((layer, index) => ({
    ...layer,
    limbs: limbsOf(maps[index]!, inspection.modulus),
  }));
  if (!options.json) return asText(path, loaded, inspection, layers);
  const { soundness, networkHash, ...rest } = inspection;
  const { repetitions, inferenceBits, sessionBits } = soundness;
  const tensors = (ids: readonly number[]): object[] =>
    ids.map((id) => {
      const { name, shape } = network.tensors[id]!;
      return { name, shape };
    });
  return JSON.stringify({
    model: path,
    format,
    sha256: loaded.sha256,
    networkHash,
    input: tensors([network.input])[0],
    outputs: tensors(network.outputs),
    ...rest,
    layers,
    soundness: { repetitions, inferenceBits, sessionBits },
    preprocessing,
    labels: labels.length,
    origin,
  });
}

const count = (value: number): string => value.toLocaleString('en');
const extent = (shape: readonly number[]): string => shape.join('x');

const HEADER = [
  '',
  'layer',
  'kind',
  'input',
  'output',
  'MACs',
  'bound B',
  'bits of p',
  'digits',
  'trusted bytes',
  'pad bytes',
];

function row(layer: Layer, index: number): string[] {
  return [
    String(index),
    layer.name.length <= 36 ? layer.name : `...${layer.name.slice(-33)}`,
    layer.kind,
    extent(layer.inputShape),
    extent(layer.outputShape),
    count(layer.macs),
    count(layer.bound),
    `${layer.bits} of ${layer.modulusBits}`,
    `${layer.limbs.blinded} x ${layer.limbs.weights}`,
    count(layer.trustedBytes),
    count(layer.padBytes),
  ];
}

function about({ network, preprocessing, labels, origin }: LoadedNetwork): string[] {
  const input = network.tensors[network.input]!;
  const outputs = network.outputs.map((id) => `"${network.tensors[id]!.name}" ${extent(network.tensors[id]!.shape)}`);
  const lines = [`input   "${input.name}" ${extent(input.shape)}`, `outputs ${outputs.join(', ')}`];
  if (preprocessing !== null) {
    const { fit, order, colours } = preprocessing;
    const numbers =
      colours.kind === 'codes'
        ? 'colours are the stored codes'
        : `real = colour * [${colours.factors.join(', ')}] + [${colours.offsets.join(', ')}]`;
    lines.push(`picture ${fit}, ${order}, ${numbers}`);
  }
  if (labels.length > 0) lines.push(`labels  ${labels.length}`);
  if (origin !== null) {
    const { format, sha256, calibration } = origin;
    lines.push(`from    ${format}, SHA-256 ${sha256}`);
    if (calibration !== undefined) {
      const { method, percentile, images, equalizedPairs, biasCorrected } = calibration;
      const how = percentile === undefined ? method : `${method} ${percentile}`;
      const bias = biasCorrected ? 'biases corrected' : 'biases not corrected';
      lines.push(
        `        calibrated on ${images} ${images === 1 ? 'picture' : 'pictures'} (${how}), ${equalizedPairs} ${equalizedPairs === 1 ? 'pair' : 'pairs'} of layers equalized, ${bias}`,
      );
    }
  }
  return lines;
}

function asText(path: string, loaded: LoadedNetwork, inspection: Inspection, layers: readonly Layer[]): string {
  const { modulus, bindingLayer, totals, soundness, trustedOperations, networkHash } = inspection;
  const others = Object.entries(trustedOperations).map(([kind, number]) => `${number} ${kind}`);
  const { repetitions, inferenceBits, sessionBits } = soundness;
  const binding = layers[bindingLayer]!;
  return [
    `${basename(path)}: ${layers.length} linear layers, certified free of wrap-around`,
    '',
    `network ${networkHash}`,
    ...about(loaded),
    '',
    table(HEADER, layers.map(row)),
    '',
    table(
      ['all linear layers outsourced, per image', ''],
      [
        ['multiply-accumulates of the device', count(totals.macs)],
        ['weights', count(totals.weights)],
        ['bytes the trusted side reads and writes online', bytes(totals.trustedBytes)],
        ['multiply-accumulates inside, offline, for privacy', count(totals.offlineMacs)],
        ['bytes of pads until they are used', bytes(totals.padBytes)],
      ],
    ),
    '',
    `Inside besides: ${others.length === 0 ? 'nothing' : others.join(', ')}.`,
    `Modulus ${modulus}: the largest bound is that of layer ${bindingLayer} (${binding.name}), B = ${count(binding.bound)}, and 2B < p.`,
    `Soundness at the defaults: ${inferenceBits} bits per inference, ${sessionBits} per session, by ${repetitions} challenges per layer.`,
    'Digits: 8-bit digits of a blinded input times those of the weights, as the fast devices multiply them.',
  ].join('\n');
}
