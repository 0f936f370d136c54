/** The part of `--json` that every command shares; `slalom report` reads it again. */

import { type Json, toJson } from '../calculator/index.js';
import { version } from '../formats/load/version.js';
import { modulusName } from '../protocol/index.js';
import { type Output, storedCodes } from '../session/network-session.js';
import type { Executed, ExecutedLayer } from './execute.js';
import type { Protection } from './options.js';

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** What was run. */
export interface JsonNetwork {
  readonly name: string;
  /** SHA-256 of the model file; null when the network does not come from one file. */
  readonly sha256: string | null;
  /** What it computes, whatever file it came from: see `networkHash`. */
  readonly networkHash: string;
}

/** How the run was protected and how much of it was verified. */
export function jsonProtection(network: JsonNetwork, protection: Protection, executed: Executed): object {
  const { result, soundness, maximumInferences, modulus, linearLayers, outsourcedLayers, images, batches } = executed;
  const { inferenceBits } = soundness;
  return {
    slalom: version,
    network: { name: network.name, sha256: network.sha256, networkHash: network.networkHash },
    device: protection.device,
    integrity: protection.integrity,
    privacy: protection.privacy,
    plan: protection.plan,
    threads: protection.threads,
    modulus: modulus === null ? 'integers' : modulusName(modulus),
    repetitions: soundness.repetitions,
    // With nothing outsourced there is no error to have bits of.
    soundnessBits: Number.isFinite(inferenceBits) ? inferenceBits : null,
    maximumInferences,
    soundness: toJson(soundness),
    images,
    batches,
    linearLayers,
    outsourcedLayers,
    insideLayers: linearLayers - outsourcedLayers,
    verifiedLayers: result.costs.verifiedLayers,
  };
}

/** The raw quantized output integers: one list, or a list of lists when the network has several outputs. */
export function jsonOutput(outputs: readonly Output[]): number[] | number[][] {
  const lists = outputs.map(storedCodes);
  return lists.length === 1 ? lists[0]! : lists;
}

/** Bytes and milliseconds, in all and of each linear layer. */
export function jsonCosts({ result, offlineMs, layers }: Executed): object {
  const { bytesToDevice, bytesFromDevice, deviceMs, protocolMs, insideMs, operationsMs } = result.costs;
  return {
    bytesToDevice,
    bytesFromDevice,
    offlineMs: rounded(offlineMs),
    onlineMs: rounded(result.onlineMs),
    trustedMs: rounded(result.trustedMs),
    deviceMs: rounded(deviceMs),
    protocolMs: rounded(protocolMs),
    insideMs: rounded(insideMs),
    operationsMs: rounded(operationsMs),
    layers: layers.map(jsonLayer),
  };
}

function jsonLayer({ name, outsourced, macs, costs, startMs, endMs }: ExecutedLayer): Json {
  return {
    name,
    by: outsourced ? 'device' : 'inside',
    macs,
    verified: costs.verifiedLayers > 0,
    startMs: startMs === null ? null : rounded(startMs),
    endMs: endMs === null ? null : rounded(endMs),
    deviceMs: rounded(costs.deviceMs),
    protocolMs: rounded(costs.protocolMs),
    insideMs: rounded(costs.insideMs),
    bytesToDevice: costs.bytesToDevice,
    bytesFromDevice: costs.bytesFromDevice,
  };
}
