/** `--tamper LAYER[:KIND]`: makes the device lie, to show that it is caught. */
import { NO_DEVICE } from './devices.js';
import { UsageError } from './exit.js';

/** The lies a person can ask for. */
export const tamperKinds = ['one', 'swap', 'zero', 'replay'] as const;

/** One lie. */
export interface Tamper {
  /** The linear layer, counted from 0 among all of the network. */
  readonly layer: number;
  readonly kind: (typeof tamperKinds)[number];
}

/**
 * Reads `17` or `17:swap`; nothing is null.
 * @throws UsageError when it is neither, the layer does not exist, or there is nobody to lie
 */
export function aTamper(text: string | undefined, layers: number, device: string): Tamper | null {
  if (text === undefined) return null;
  if (device === NO_DEVICE) throw new UsageError('--tamper needs a device that can lie, not --device none.');
  const match = /^(\d{1,9})(?::([a-z]+))?$/.exec(text);
  const kind = tamperKinds.find((name) => name === (match?.[2] ?? 'one'));
  if (match === null || kind === undefined) {
    throw new UsageError(
      `--tamper takes LAYER or LAYER:KIND with KIND one of ${tamperKinds.join(', ')}, not "${text}".`,
    );
  }
  const layer = Number(match[1]);
  if (layer >= layers) {
    throw new UsageError(`--tamper ${layer}: the network has ${layers} linear layers, numbered 0 to ${layers - 1}.`);
  }
  return { layer, kind };
}
