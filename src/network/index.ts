/**
 * Quantized networks: importing, quantizing, certifying and running them on an untrusted device.
 * @module
 */

export { loadFaceWeights, quantizedFaceDetector } from '../faces/load.js';
export * from '../formats/load/index.js';
export type { ExternalFiles } from '../formats/onnx/external-data.js';
export { importOnnx, type OnnxNetwork, type OnnxOptions } from '../formats/onnx/index.js';
export { importTfjs } from '../formats/tfjs/index.js';
export { readImage } from '../pictures/read.js';
export * from './browser.js';
