/** The no-wrap bound of a linear map, from its actual weights. */
import { type LinearMap, outputChannels, termsPerOutput } from '../model/linear-map.js';

/** Per output channel: the sum of |w| times the largest |x| the map's input range allows. Padding only lowers |L(x)|. */
export function channelBounds(map: LinearMap): bigint[] {
  const terms = termsPerOutput(map);
  const largest = Math.max(-map.inputRange.minimum, map.inputRange.maximum);
  return Array.from({ length: outputChannels(map) }, (_, channel) => {
    const weights = map.weights.subarray(channel * terms, (channel + 1) * terms);
    return weights.reduce((sum, weight) => sum + BigInt(Math.abs(weight)), 0n) * BigInt(largest);
  });
}

/** B: |L(x)[o]| <= B for every output entry and every x in the declared range. */
export function bound(map: LinearMap): bigint {
  return channelBounds(map).reduce((largest, value) => (value > largest ? value : largest), 0n);
}
