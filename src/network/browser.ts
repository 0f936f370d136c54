/**
 * Quantized networks, as far as they need no file system: bundlers for browsers take it for `slalom/network`.
 * @module
 */

export * from '../faces/browser.js';
export * from '../formats/slalom/index.js';
export { importTfjsFiles, type TfjsFiles, type TfjsOptions, type TfjsShards } from '../formats/tfjs/import.js';
export type { CustomLayer } from '../formats/tfjs/layers/custom.js';
export { importTflite } from '../formats/tflite/index.js';
export * from '../graph/index.js';
export { ImageError, ModelError, NetworkFileError, NoWrapError } from '../model/errors.js';
export { type Certificate, certify, type LayerCertificate } from '../operations/certificate.js';
export { linearOperations } from '../operations/graph.js';
export { aQuantizedNetwork } from '../operations/validate-network.js';
export {
  type Box,
  type Colour,
  type Colours,
  decodeImage,
  drawBox,
  encodePng,
  type Image,
  imageFromRgba,
  type Preprocessing,
  padToSquare,
  preparePicture,
  quantizeInput,
  resizeBilinear,
} from '../pictures/browser.js';
export { type Classification, classify, readLabels } from '../pictures/classification.js';
export * from '../quantizer/index.js';
export { integerMultipliers, type Multipliers } from '../quantizer/multiplier.js';
export { runInTheClear } from '../session/clear.js';
export { type Inspection, inspectNetwork, type LayerInspection } from '../session/inspection.js';
export type { LayerRun } from '../session/layer-run.js';
export {
  type BatchResult,
  NetworkSession,
  type NetworkSessionOptions,
  type Output,
  type RunCosts,
  type RunOptions,
  type RunResult,
  storedCodes,
} from '../session/network-session.js';
export type { OnMeasured } from '../session/planner/calibrate.js';
export { type LayerClass, layerClass, layerClasses } from '../session/planner/layer-class.js';
export {
  type MeasuredPlan,
  type Plan,
  type PlannedLayer,
  type PlanOptions,
  planNetwork,
} from '../session/planner/plan.js';
export type { PlanChoice } from '../session/planner/plan-choice.js';
export type { StreamOptions } from '../session/stream.js';
export { networkSummary } from '../session/summary.js';
export * from '../zoo/index.js';
