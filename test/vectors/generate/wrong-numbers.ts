/** Numbers as careless implementations have them. */
import { outputChannels, termsPerOutput } from '../../../src/reference/index.js';
import type { MapVector } from '../shapes/linear.js';
import { mapOf } from './maps.js';

/** The bound with each channel's weights added with their signs. */
export function cancellingBound(map: MapVector): number {
  const terms = termsPerOutput(mapOf(map));
  const sums = Array.from({ length: outputChannels(mapOf(map)) }, (_, channel) =>
    Math.abs(map.weights.slice(channel * terms, (channel + 1) * terms).reduce((sum, weight) => sum + weight, 0)),
  );
  return Math.max(...sums) * Math.max(-map.inputRange.minimum, map.inputRange.maximum);
}

/** Half precision: eleven significant bits. */
export function toElevenBits(value: number): number {
  const unit = 2 ** Math.max(0, Math.abs(value).toString(2).length - 11);
  return Math.round(value / unit) * unit;
}
