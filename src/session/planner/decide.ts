/** The decision about one layer. */
import type { LayerCosts } from './rates.js';

/** Computing a layer inside must be cheaper by this share: estimates are no better, and the device is there to be used. */
const MARGIN = 0.05;

/** Whether the device shall compute the layer, and why. */
export function decide({ trustedMsIfOutsourced, msInside }: Pick<LayerCosts, 'trustedMsIfOutsourced' | 'msInside'>): {
  readonly outsourced: boolean;
  readonly reason: string;
} {
  if (msInside < trustedMsIfOutsourced * (1 - MARGIN)) return { outsourced: false, reason: 'cheaper to compute' };
  const tie = msInside <= trustedMsIfOutsourced * (1 + MARGIN);
  return { outsourced: true, reason: tie ? 'about the same' : 'cheaper to check' };
}
