/** Convolutions that pad by themselves instead of reading a padded image: less to do for the rival, the same results. */

import { rowsColumnsChannels } from '../../src/model/image-shape.js';
import { operationInputs } from '../../src/operations/graph.js';
import type {
  LinearOperation,
  Operation,
  PadOperation,
  QuantizedNetwork,
  TensorId,
} from '../../src/reference/index.js';

/** The network without the paddings that only convolutions read. */
export function foldPadding(network: QuantizedNetwork): QuantizedNetwork {
  const readers = (id: TensorId): Operation[] =>
    network.operations.filter((operation) => operationInputs(operation).includes(id));
  const convolves = (operation: Operation): boolean =>
    operation.kind === 'linear' && operation.map.kind === 'convolution';
  const folded = new Map<TensorId, PadOperation>();
  for (const operation of network.operations) {
    if (operation.kind !== 'pad' || network.outputs.includes(operation.output)) continue;
    if (readers(operation.output).every(convolves)) folded.set(operation.output, operation);
  }
  const operations = network.operations.flatMap((operation): Operation[] => {
    if (operation.kind === 'pad' && folded.has(operation.output)) return [];
    const pad = operation.kind === 'linear' ? folded.get(operation.input) : undefined;
    return [pad === undefined ? operation : withPadding(network, operation as LinearOperation, pad)];
  });
  return { ...network, operations };
}

function withPadding(network: QuantizedNetwork, operation: LinearOperation, pad: PadOperation): LinearOperation {
  const { map } = operation;
  if (map.kind !== 'convolution') return operation;
  const { top, bottom, left, right } = map.padding;
  const padding = {
    top: top + pad.padding.top,
    bottom: bottom + pad.padding.bottom,
    left: left + pad.padding.left,
    right: right + pad.padding.right,
  };
  const input = rowsColumnsChannels(network.tensors[pad.input]!);
  return { ...operation, input: pad.input, map: { ...map, input, padding } };
}

/** Whether a pooling reads a padded image. */
export function poolsPadding({ operations }: QuantizedNetwork): boolean {
  const padded = new Set(operations.filter(({ kind }) => kind === 'pad').map(({ output }) => output));
  return operations.some(
    (operation) => (operation.kind === 'maxPool' || operation.kind === 'averagePool') && padded.has(operation.input),
  );
}
