/** `slalom plan`: what each linear layer costs the trusted side on this machine, and who gets it. */
import { basename } from 'node:path';
import { wasmArithmetic } from '../fast/index.js';
import { networkHash } from '../formats/slalom/index.js';
import { certify } from '../operations/certificate.js';
import type { MeasuredPlan, PlannedLayer } from '../session/planner/plan.js';
import { loadNetwork } from './load-network.js';
import { aGuarantee, type Guarantee, type GuaranteeText } from './options.js';
import { measuredPlan } from './plan-for.js';
import type { Reporter } from './progress.js';
import { table } from './table.js';

/** The command line, as text. */
export interface PlanCommandOptions extends GuaranteeText {
  readonly model: string;
  readonly json?: boolean;
}

/** Milliseconds per image. */
interface Totals {
  /** Online, by this plan; with everything outsourced; with nothing. */
  readonly plannedMs: number;
  readonly allOutsourcedMs: number;
  readonly allInsideMs: number;
  /** Offline, by this plan. */
  readonly offlineMs: number;
}

/** Runs the command and returns what belongs on standard output. */
export async function planCommand(options: PlanCommandOptions, report: Reporter): Promise<string> {
  const guarantee = aGuarantee(options);
  const { network } = await loadNetwork(options.model, '--model');
  certify(network);
  const arithmetic = await wasmArithmetic({ threads: guarantee.threads });
  try {
    const plan = measuredPlan(network, arithmetic, guarantee, report);
    if (!options.json) return asText(options.model, guarantee, plan);
    const { layers } = plan;
    const outsourcedLayers = layers.filter(({ outsourced }) => outsourced).length;
    const counts = { linearLayers: layers.length, outsourcedLayers, insideLayers: layers.length - outsourcedLayers };
    return JSON.stringify({
      model: options.model,
      networkHash: networkHash(network),
      ...guarantee,
      ...counts,
      ...totals(layers),
      layers,
    });
  } finally {
    report.finish();
    arithmetic.close();
  }
}

function totals(layers: readonly PlannedLayer[]): Totals {
  const sum = (of: (layer: PlannedLayer) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  return {
    plannedMs: sum((layer) => (layer.outsourced ? layer.trustedMsIfOutsourced : layer.msInside)),
    allOutsourcedMs: sum((layer) => layer.trustedMsIfOutsourced),
    allInsideMs: sum((layer) => layer.msInside),
    offlineMs: sum((layer) => (layer.outsourced ? layer.offlineMs : 0)),
  };
}

const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const count = (value: number): string => value.toLocaleString('en');

function asText(model: string, { threads }: Guarantee, { layers }: MeasuredPlan): string {
  const header = [
    '',
    'layer',
    'kind',
    'inputs',
    'outputs',
    'MACs',
    'check, ms',
    'inside, ms',
    'offline, ms',
    'decision',
  ];
  const rows = layers.map((layer, index) => [
    String(index),
    layer.name.length <= 40 ? layer.name : `...${layer.name.slice(-37)}`,
    layer.kind,
    count(layer.inputs),
    count(layer.outputs),
    count(layer.macs),
    ms(layer.trustedMsIfOutsourced),
    ms(layer.msInside),
    ms(layer.offlineMs),
    `${layer.outsourced ? 'outsource' : 'inside'}: ${layer.reason}`,
  ]);
  const outsourced = layers.filter((layer) => layer.outsourced).length;
  const sums = totals(layers);
  return [
    `${basename(model)}: what its linear layers cost the trusted side per image, estimated for ${threads} ${threads === 1 ? 'thread' : 'threads'} of this machine`,
    '',
    table(header, rows),
    '',
    `${outsourced} of ${layers.length} linear layers are outsourced, ${layers.length - outsourced} computed inside.`,
    table(
      ['online, trusted side', 'ms'],
      [
        ['by this plan', ms(sums.plannedMs)],
        ['all outsourced', ms(sums.allOutsourcedMs)],
        ['all inside', ms(sums.allInsideMs)],
      ],
    ),
    '',
    `Offline, the pads of this plan take ${ms(sums.offlineMs)} ms per image. Outputs and guarantees are the same whatever is outsourced.`,
  ].join('\n');
}
