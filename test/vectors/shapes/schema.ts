/** All vector files by name, and the JSON Schema over them. */
import { lifecycleFile } from './lifecycle.js';
import { linearFile } from './linear.js';
import { operationsFile } from './operations.js';
import { sessionFile, verdictFile } from './protocol.js';
import { blindingFile, fieldFile, foldingFile, roundingFile, samplingFile } from './scalars.js';
import type { Json } from './shape.js';

/** The file `<name>.json` and its shape. */
export const files = {
  field: fieldFile,
  rounding: roundingFile,
  sampling: samplingFile,
  linear: linearFile,
  operations: operationsFile,
  blinding: blindingFile,
  folding: foldingFile,
  verdict: verdictFile,
  session: sessionFile,
  lifecycle: lifecycleFile,
} as const;

/** What spec/vectors/schema.json must hold. */
export function schema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Slalom test vectors',
    description:
      'Integers that may exceed 2^53 are strings in decimal; all other integers are JSON numbers that a double holds exactly.',
    oneOf: Object.keys(files).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: Object.fromEntries(Object.entries(files).map(([name, shape]) => [name, shape.schema])),
  };
}
