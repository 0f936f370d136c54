/** Maps for the other side: a device gets nothing that the trusted side still looks at. */
import type { LinearMap } from '../model/linear-map.js';

/** The same map in memory of its own, down to the last field. */
export function copyOfMap(map: LinearMap): LinearMap {
  const weights = map.weights.slice();
  const inputRange = { ...map.inputRange };
  if (map.kind === 'dense') return { ...map, weights, inputRange };
  const { input, kernel, stride, dilation, padding } = map;
  return {
    ...map,
    input: { ...input },
    kernel: { ...kernel },
    stride: { ...stride },
    dilation: { ...dilation },
    padding: { ...padding },
    weights,
    inputRange,
  };
}
