/** All vector files, as they must be committed. */
import { format } from '../format.js';
import { blindingFile } from './blinding.js';
import { fieldFile } from './field.js';
import { foldingFile } from './folding.js';
import { lifecycleFile } from './lifecycle.js';
import { linearFile } from './linear.js';
import { operationsFile } from './operations.js';
import { roundingFile } from './rounding.js';
import { samplingFile } from './sampling.js';
import { sessionFile } from './session.js';
import { verdictFile } from './verdict.js';

const makers = [
  fieldFile,
  roundingFile,
  samplingFile,
  linearFile,
  operationsFile,
  blindingFile,
  foldingFile,
  verdictFile,
  sessionFile,
  lifecycleFile,
];

/** File name and text, made anew from the reference. */
export function allFiles(): Map<string, string> {
  return new Map(
    makers.map((make) => {
      const file = make();
      return [`${file.algorithm}.json`, format(file)];
    }),
  );
}

/** The files whose text, as `textOf` finds it, is not what the reference gives. */
export function stale(textOf: (name: string) => string | null): string[] {
  return [...allFiles()].filter(([name, text]) => textOf(name) !== text).map(([name]) => name);
}
