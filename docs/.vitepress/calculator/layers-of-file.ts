/** The real layers of a model file, read in the browser by the library's own importer. */

import type { CalculatorLayer } from '../../../src/calculator/input.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import { networkSummary } from '../../../src/session/summary.js';

/** @throws ModelError in one sentence, when the file is not a network that can run */
export function layersOfFile(bytes: Uint8Array, name: string): CalculatorLayer[] {
  return networkSummary(importTflite(bytes, name));
}
