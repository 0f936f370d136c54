/** Writes spec/vectors/schema.json: `npx tsx test/vectors/write-schema.ts`. */
import { writeFileSync } from 'node:fs';
import { format } from './format.js';
import { schema } from './shapes/schema.js';

writeFileSync(new URL('../../spec/vectors/schema.json', import.meta.url), format(schema()));
