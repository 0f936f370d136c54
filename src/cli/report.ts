/** What a run cost and what it guarantees, in words. */
import { modulusName } from '../protocol/index.js';
import type { Executed } from './execute.js';
import type { Protection } from './options.js';
import { bytes, milliseconds, table } from './table.js';

/** Where the time went. */
export function costTable(executed: Executed): string {
  const { result, offlineMs, outsourcedLayers, linearLayers } = executed;
  const { costs } = result;
  const inside = linearLayers - outsourcedLayers;
  const computed = inside === 0 ? '' : `; of it ${milliseconds(costs.insideMs)} for ${layers(inside)} computed inside`;
  return table(
    ['phase', 'time', 'what happened'],
    [
      [
        'offline, trusted',
        milliseconds(offlineMs),
        'secret challenges folded, one-time pads made; the photo is not needed yet',
      ],
      [
        'online, trusted',
        milliseconds(result.trustedMs),
        `blinding, checking and everything that is not linear${computed}`,
      ],
      [
        'online, device',
        milliseconds(costs.deviceMs),
        `${executed.deviceMacs.toLocaleString('en')} multiply-accumulates, ${bytes(costs.bytesToDevice)} there, ${bytes(costs.bytesFromDevice)} back`,
      ],
      ['online, total', milliseconds(result.onlineMs), ''],
    ],
  );
}

function layers(count: number): string {
  return `${count} linear ${count === 1 ? 'layer' : 'layers'}`;
}

/** What holds for this run. */
export function guarantee(protection: Protection, executed: Executed): string {
  return [integrityOf(protection, executed), privacyOf(executed)].join('\n');
}

function integrityOf({ integrity }: Protection, executed: Executed): string {
  const { soundness, linearLayers, outsourcedLayers, result, batches } = executed;
  if (outsourcedLayers === 0) {
    return `Integrity: all ${layers(linearLayers)} computed inside, where nothing has to be verified.`;
  }
  if (!integrity) return 'Integrity: off. A device that lies is believed.';
  const inside = linearLayers - outsourcedLayers;
  const rest = inside === 0 ? '' : `, ${inside} computed inside`;
  return `Integrity: ${result.costs.verifiedLayers / batches} of ${linearLayers} linear layers verified${rest}; soundness ${soundness.inferenceBits} bits (a wrong result is accepted with probability at most 2^-${soundness.inferenceBits}; ${soundness.repetitions} secret challenges per layer).`;
}

function privacyOf({ modulus, outsourcedLayers }: Executed): string {
  if (outsourcedLayers === 0) return 'Privacy: no device received anything.';
  return modulus !== null
    ? `Privacy: on. The device received only uniformly random numbers modulo ${modulusName(modulus)}.`
    : 'Privacy: off. The device saw every input of every layer it computed.';
}

/** By whom the linear layers were computed, as the end of a sentence about the network. */
export function computedBy({ device }: Protection, { linearLayers, outsourcedLayers }: Executed): string {
  if (outsourcedLayers === 0) return `all ${linearLayers} linear layers computed inside`;
  const some = outsourcedLayers === linearLayers ? `all ${linearLayers}` : `${outsourcedLayers} of ${linearLayers}`;
  return `${some} linear layers on the untrusted device "${device}"`;
}
