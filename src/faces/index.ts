/** Networks that look at faces: the weights of the npm package @vladmandic/face-api. */
export * from './browser.js';
export { loadFaceWeights, quantizedFaceDetector } from './load.js';
