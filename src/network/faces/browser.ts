/** Face detection: the weights of the npm package @vladmandic/face-api, quantized. No file is read. */
export { decodeFaces, type Face, overlap, type PhotoSize } from './decode.js';
export { FACE_INPUT_SIZE, faceAnchors, faceDetector } from './detector.js';
export { FACE_INPUT, prepareFaceInput } from './prepare.js';
export { type QuantizedFaceDetector, quantizeFaceDetector, realOutputs } from './quantized.js';
export { type FileReader, readFaceWeights, type Weight, type Weights } from './weights.js';
