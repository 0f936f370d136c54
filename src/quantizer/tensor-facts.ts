/** Tensors as the quantizer of one operation sees them. */
import type { FloatTensorId } from '../graph/index.js';
import type { Quantization } from './activation-quantization.js';

/** What quantizing an operation needs to know about its tensors. */
export interface TensorFacts {
  quantization(id: FloatTensorId): Quantization;
  /** A new tensor beside the network's own, shaped like `like`; returns its number. */
  extraTensor(name: string, like: FloatTensorId, quantization: Quantization): FloatTensorId;
}
