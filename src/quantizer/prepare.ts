/** The form of a float network that is calibrated and quantized. */
import type { FloatNetwork } from '../graph/index.js';
import { composeFunctions } from './compose-functions.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { fuseActivations } from './fuse-activations.js';
import { withoutUnusedTensors } from './graph.js';
import { recognizeNormalization } from './recognize-normalization.js';
import { moveThroughTakes } from './through-takes.js';

/** Layer normalizations recognized, batch norms folded, activations fused, functions composed, tensors renumbered. Doing it twice changes nothing. */
export function prepare(network: FloatNetwork): FloatNetwork {
  return withoutUnusedTensors(
    composeFunctions(fuseActivations(foldBatchNorm(moveThroughTakes(recognizeNormalization(network))))),
  );
}
