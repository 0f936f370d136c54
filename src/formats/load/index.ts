/** Loads models of any format. */
export {
  type FloatModel,
  type LoadedModel,
  loadModel,
  type ModelFormat,
  type ModelOptions,
  type ModelSource,
  type QuantizedModel,
} from './load-model.js';
