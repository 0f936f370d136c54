/** The part of `--json` that every command shares. */
import { type Output, storedCodes } from '../network/network-session.js';
import { modulusName } from '../protocol/index.js';
import type { Executed } from './execute.js';
import type { Protection } from './options.js';

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** How the run was protected and how much of it was verified. */
export function jsonProtection(protection: Protection, executed: Executed): object {
  const { result, soundness, modulus, linearLayers, outsourcedLayers } = executed;
  const { inferenceBits } = soundness;
  return {
    device: protection.device,
    integrity: protection.integrity,
    privacy: protection.privacy,
    plan: protection.plan,
    threads: protection.threads,
    modulus: modulus === null ? 'integers' : modulusName(modulus),
    repetitions: soundness.repetitions,
    // With nothing outsourced there is no error to have bits of.
    soundnessBits: Number.isFinite(inferenceBits) ? inferenceBits : null,
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

/** Bytes and milliseconds. */
export function jsonCosts({ result, offlineMs }: Executed): object {
  const { bytesToDevice, bytesFromDevice, deviceMs } = result.costs;
  return {
    bytesToDevice,
    bytesFromDevice,
    offlineMs: rounded(offlineMs),
    onlineMs: rounded(result.onlineMs),
    trustedMs: rounded(result.trustedMs),
    deviceMs: rounded(deviceMs),
  };
}
