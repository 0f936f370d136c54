/** Several tensors of one scale side by side. */
import { list, wholeNumber } from '../boundary/codecs.js';
import { require } from '../model/requirement.js';
import { elementCount, type Tensor } from '../model/tensor.js';
import type { ConcatOperation } from '../model/trusted-operations.js';
import { tensorId } from './fields.js';
import { hull } from './ranges.js';
import type { OperationRules } from './rules.js';

export const concat: OperationRules<ConcatOperation> = {
  inputs: ({ inputs }) => inputs,
  entries: (_, inputs) => inputs.reduce((sum, input) => sum + elementCount(input), 0),
  reach: (_, inputs) => hull(inputs),
  check({ axis }, inputs, output, where) {
    const rank = output.shape.length;
    require(Number.isInteger(axis) && axis >= 0 && axis < rank, where, `there is no axis ${axis}`);
    const rest = ({ shape }: Tensor): string => shape.map((size, at) => (at === axis ? '*' : size)).join();
    const same = inputs.length > 0 && inputs.every((input) => rest(input) === rest(output));
    const length = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
    require(same && length === output.shape[axis], where, 'the shapes do not fit together');
  },
  fields: { inputs: list(tensorId, 2 ** 12), output: tensorId, axis: wholeNumber(0, 7) },
  run({ axis }, { inputs, tensors, out }) {
    const lengths = tensors.map(({ shape }) => shape.slice(axis).reduce((product, size) => product * size, 1));
    const blocks = inputs[0]!.length / lengths[0]!;
    let at = 0;
    for (let block = 0; block < blocks; block++) {
      for (const [index, input] of inputs.entries()) {
        const length = lengths[index]!;
        out.set(input.subarray(block * length, (block + 1) * length), at);
        at += length;
      }
    }
  },
  epilogue: null,
};
