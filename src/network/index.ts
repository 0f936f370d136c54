/**
 * Quantized networks: importing, quantizing, certifying and running them on an untrusted device.
 * @module
 */
export * from './browser.js';
export { loadFaceWeights, quantizedFaceDetector } from './faces/load.js';
export { readImage } from './image/read.js';
export type { ExternalFiles } from './onnx/external-data.js';
export { importOnnx, type OnnxNetwork, type OnnxOptions } from './onnx/index.js';
export { importTfjs } from './tfjs/index.js';
