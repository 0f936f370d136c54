/** Writes spec/claims.golden anew: `node --import tsx test/spec/pin-claims.ts`, after reading that each theorem states what its row says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { claimsGolden, claimTexts } from './claims-golden.js';

const read = (path: string): string => readFileSync(new URL(`../../spec/${path}`, import.meta.url), 'utf8');
const texts = claimTexts.map((name) => ({ name, text: read(name) }));
writeFileSync(
  new URL('../../spec/claims.golden', import.meta.url),
  claimsGolden(texts, read('proofs/statements.golden')),
);
