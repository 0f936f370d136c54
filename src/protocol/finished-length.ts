/** How large a finished output is. */
import { pooledShape } from '../model/image-shape.js';
import type { Finish } from './passes.js';

/** How many entries the result of one image has, when the map gives `outputs`. */
export function finishedLength(finish: Finish | null, outputs: number): number {
  const last = finish?.followUps.at(-1);
  if (last?.kind !== 'pool') return outputs;
  const { height, width, channels } = pooledShape(last.shape, last.how);
  return height * width * channels;
}
