/** Pictures: decoding, encoding, resizing, drawing, and turning them into what a network takes. No file is read. */
export { type Box, type Colour, drawBox, padToSquare } from './canvas.js';
export { decodeImage, imageFromRgba } from './decode.js';
export { encodePng } from './encode.js';
export { anImage, type Image } from './image.js';
export {
  aPreprocessing,
  fitted,
  pictureExtent,
  pictureQuantization,
  preparePicture,
  realPicture,
} from './prepare-picture.js';
export { BYTE_CODES, type Colours, type Preprocessing, preprocessingCodec } from './preprocessing.js';
export { quantizeInput } from './quantize-input.js';
export { resizeBilinear } from './resize.js';
