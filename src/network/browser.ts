/**
 * Quantized networks, as far as they need no file system: bundlers for browsers take it for `slalom/network`.
 * @module
 */
export { type Certificate, certify, type LayerCertificate } from './certificate.js';
export { type Classification, classify, readLabels } from './classification.js';
export { runInTheClear } from './clear.js';
export { ImageError, ModelError, NetworkFileError, NoWrapError } from '../model/errors.js';
export * from './faces/browser.js';
export * from './file/index.js';
export * from './float/index.js';
export { linearOperations } from './graph.js';
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
} from './image/browser.js';
export { type Inspection, inspectNetwork, type LayerInspection } from './inspection.js';
export type { LayerRun } from './layer-run.js';
export { integerMultipliers, type Multipliers } from './multiplier.js';
export {
  type BatchResult,
  NetworkSession,
  type NetworkSessionOptions,
  type Output,
  type RunCosts,
  type RunOptions,
  type RunResult,
  storedCodes,
} from './network-session.js';
export type { OnMeasured } from './planner/calibrate.js';
export { type LayerClass, layerClass, layerClasses } from './planner/layer-class.js';
export { type MeasuredPlan, type Plan, type PlannedLayer, type PlanOptions, planNetwork } from './planner/plan.js';
export type { PlanChoice } from './planner/plan-choice.js';
export * from './quantizer/index.js';
export type { StreamOptions } from './stream.js';
export { networkSummary } from './summary.js';
export { importTfjsFiles, type TfjsFiles, type TfjsOptions, type TfjsShards } from './tfjs/import.js';
export type { CustomLayer } from './tfjs/layers/custom.js';
export { importTflite } from './tflite/index.js';
export { aQuantizedNetwork } from './validate.js';
export * from './zoo/index.js';
