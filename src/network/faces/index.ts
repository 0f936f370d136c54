/** Face detection: the weights of the npm package @vladmandic/face-api, quantized. */
export * from './browser.js';
export { loadFaceWeights, quantizedFaceDetector } from './load.js';
