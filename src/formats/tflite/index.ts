/** Importing TensorFlow Lite files. */
export { importTflite } from './import.js';
