/** The committed traces of the model. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/slalom.js';
import { fromItf, type Plain } from './plain.js';

export const tracesFolder = join(root, 'spec', 'model', 'traces');

/** A state in its plain form, by variable. */
export type PlainState = { readonly [name: string]: Plain };

/** A run of the model: its states from the first on. */
export interface Trace {
  readonly name: string;
  readonly states: readonly PlainState[];
}

function plainState(state: Record<string, unknown>): PlainState {
  const { '#meta': _, ...variables } = state;
  return fromItf(variables) as PlainState;
}

/** All of them, in the order of their names. */
export function readTraces(): Trace[] {
  return readdirSync(tracesFolder)
    .filter((name) => name.endsWith('.itf.json'))
    .sort()
    .map((name) => {
      const { states } = JSON.parse(readFileSync(join(tracesFolder, name), 'utf8')) as { states: object[] };
      return { name, states: states.map((state) => plainState(state as Record<string, unknown>)) };
    });
}
