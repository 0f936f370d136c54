/** New constants, charged before they are made. */

import { countEntries } from '../../shared/count-entries.js';
import type { Folded } from '../../shared/folding.js';
import { type Constant, type EntryType, newEntries } from '../constant.js';
import type { Step } from './step.js';

export function made(step: Step, type: EntryType, { shape, entry }: Folded): Constant {
  const count = countEntries(shape, step.name);
  step.c.charge(count + 1);
  const entries = newEntries(type, count);
  for (let index = 0; index < count; index++) entries[index] = entry(index);
  return { kind: 'constant', name: step.name, type, shape, entries };
}
