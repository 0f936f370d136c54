/** What a run cost and what it guarantees, in words. */
import { modulusName } from '../protocol/index.js';
import type { Executed } from './execute.js';
import type { Protection } from './options.js';
import { bytes, milliseconds, table } from './table.js';

/** Where the time went. */
export function costTable(executed: Executed): string {
  const { result, offlineMs } = executed;
  const { costs } = result;
  return table(
    ['phase', 'time', 'what happened'],
    [
      [
        'offline, trusted',
        milliseconds(offlineMs),
        'secret challenges folded, one-time pads made; the photo is not needed yet',
      ],
      ['online, trusted', milliseconds(result.trustedMs), 'blinding, checking and everything that is not linear'],
      [
        'online, device',
        milliseconds(costs.deviceMs),
        `${executed.macs.toLocaleString('en')} multiply-accumulates, ${bytes(costs.bytesToDevice)} there, ${bytes(costs.bytesFromDevice)} back`,
      ],
      ['online, total', milliseconds(result.onlineMs), ''],
    ],
  );
}

/** What holds for this run. */
export function guarantee(protection: Protection, executed: Executed): string {
  const { soundness, modulus, linearLayers, result } = executed;
  const lines = [
    protection.integrity
      ? `Integrity: ${result.costs.verifiedLayers} of ${linearLayers} linear layers verified; soundness ${soundness.inferenceBits} bits (a wrong result is accepted with probability at most 2^-${soundness.inferenceBits}; ${soundness.repetitions} secret challenges per layer).`
      : 'Integrity: off. A device that lies is believed.',
    modulus !== null
      ? `Privacy: on. The device received only uniformly random numbers modulo ${modulusName(modulus)}.`
      : 'Privacy: off. The device saw every input of every layer.',
  ];
  return lines.join('\n');
}
