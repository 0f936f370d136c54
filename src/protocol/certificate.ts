/** The no-wrap certificate of one linear map, computed from its actual weights in exact integer arithmetic. */
import { type LinearMap, outputChannels, termsPerOutput } from '../model/linear-map.js';
import { CHECK_MODULUS } from '../model/modulus.js';

/** The largest over output channels of the sum of |w|: below 2^31 * 2^15, so exact. */
function largestSumOf(map: LinearMap): number {
  const terms = termsPerOutput(map);
  let largestSum = 0;
  for (let channel = 0; channel < outputChannels(map); channel++) {
    let sum = 0;
    for (let term = channel * terms; term < (channel + 1) * terms; term++) sum += Math.abs(map.weights[term]!);
    largestSum = Math.max(largestSum, sum);
  }
  return largestSum;
}

function largestInputOf({ inputRange }: LinearMap): number {
  return Math.max(-inputRange.minimum, inputRange.maximum);
}

/** What `noWrapBound` gives when the map fits, and otherwise how far it can go, rounded to a double: for messages. */
export function reachableBound(map: LinearMap): number {
  return largestSumOf(map) * largestInputOf(map);
}

/**
 * B with |L(x)| <= B for every x in the declared input range: the largest over output channels of (sum of |w|) * max |x|.
 * The sum is below 2^31 * 2^15 and the product may exceed 2^53, so the sum is compared before it is multiplied.
 * @throws RangeError when 2B would not stay below q = 2^31 - 1, the condition under which the check is sound.
 */
export function noWrapBound(map: LinearMap): number {
  const largestInput = largestInputOf(map);
  const largestSum = largestSumOf(map);
  if (largestSum >= 2 ** 31 || 2 * largestSum * largestInput >= CHECK_MODULUS) {
    throw new RangeError(
      `outputs can reach ${largestSum} * ${largestInput}, but twice that must stay below ${CHECK_MODULUS}: ` +
        'use smaller weights or a narrower input range',
    );
  }
  return largestSum * largestInput;
}
