/** The witnesses and invariants of the model, as its text has them. */
import { modelText } from './quint.js';

const [before, witnessPart] = modelText.split('// Witnesses:') as [string, string];
const [, invariantPart] = before.split('// Invariants.') as [string, string];
const names = (text: string): string[] => [...text.matchAll(/^ {2}val (\w+) =/gm)].map(([, name]) => name!);

/** States that must be reached. */
export const witnesses: readonly string[] = names(witnessPart);
/** What must hold in every state; `safe` is all of them. */
export const invariants: readonly string[] = names(invariantPart).filter((name) => name !== 'safe');
