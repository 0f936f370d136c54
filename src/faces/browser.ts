/** Networks that look at faces: the weights of the npm package @vladmandic/face-api. No file is read. */
export { AGE_GENDER_INPUT_SIZE, ageAndGender, GENDERS } from './age-gender.js';
export { decodeFaces, type Face, overlap, type PhotoSize } from './decode.js';
export { FACE_INPUT_SIZE, faceAnchors, faceDetector } from './detector.js';
export { EXPRESSION_INPUT_SIZE, EXPRESSIONS, faceExpression } from './expression.js';
export { type ImportedFaceModel, importFaceModel } from './import.js';
export { FACE_INPUT, prepareFaceInput } from './prepare.js';
export { type QuantizedFaceDetector, quantizeFaceDetector, realOutputs } from './quantized.js';
export { DESCRIPTOR_LENGTH, faceRecognition, RECOGNITION_INPUT_SIZE } from './recognition.js';
export { decodeTinyFaces } from './tiny-decode.js';
export { TINY_FACE_INPUT_SIZE, tinyFaceDetector } from './tiny-detector.js';
export { type FaceModel, type FileReader, readFaceWeights, type Weight, type Weights } from './weights.js';
