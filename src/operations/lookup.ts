/** A function of one entry, as a table. */
import { descriptor } from '../boundary/array-bytes.js';
import { require } from '../model/requirement.js';
import type { InputRange } from '../model/shapes.js';
import { type ActivationTensor, elementCount } from '../model/tensor.js';
import type { LookupOperation } from '../model/trusted-operations.js';
import { unary } from './fields.js';
import type { OperationRules } from './rules.js';

/** What a table can give. */
export function tableRange(table: Int16Array): InputRange {
  let [minimum, maximum] = [table[0]!, table[0]!];
  for (const entry of table) {
    minimum = Math.min(minimum, entry);
    maximum = Math.max(maximum, entry);
  }
  return { minimum, maximum };
}

export const lookup: OperationRules<LookupOperation> = {
  inputs: ({ input }) => [input],
  entries: (_, [input]) => elementCount(input!),
  reach: ({ table }) => tableRange(table),
  check({ table }, [input], _output, where) {
    require(table instanceof Int16Array, where, 'the table must hold 16-bit integers');
    const needed = input!.maximum - input!.minimum + 1;
    require(table.length === needed, where, `the table needs ${needed} entries, one per integer of its input's range`);
  },
  fields: { ...unary, table: descriptor('i8', 'i16') },
  run({ table }, { inputs, tensors, out, arithmetic }) {
    arithmetic.lookup(inputs[0]!, table, tensors[0]!.minimum, out);
  },
  epilogue: {
    fits: () => true,
    ends: false,
    followUp: ({ table }, { tensor }) => ({ kind: 'lookup', table, minimum: (tensor as ActivationTensor).minimum }),
  },
};
