/** A network of the zoo with the weights of a trained one. */

import {
  entryCount,
  type FloatConvolution,
  type FloatDense,
  type FloatNetwork,
  type FloatOperation,
  type FloatPool,
} from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import { prepare } from '../quantizer/index.js';
import { matchOperations } from './match-operations.js';
import type { Plan, PlannedOperation } from './plan.js';
import { type ZooName, type ZooOptions, zooPlan } from './zoo.js';

const NOTHING = new Float32Array(0);

function withoutWeights(planned: PlannedOperation): FloatOperation {
  if (planned.kind === 'linear') {
    const { name, input, output, activation, map } = planned;
    const common = { name, input, output, activation, weights: NOTHING, bias: NOTHING };
    if (map.kind === 'dense') return { kind: 'dense', ...common };
    const { kernel, stride, dilation, padding, groups } = map;
    return { kind: 'convolution', ...common, kernel, stride, dilation, padding, groups };
  }
  if (planned.kind === 'add') {
    const { name, shortcut, branch, output, activation } = planned;
    return { kind: 'add', name, inputs: [shortcut, branch], output, activation };
  }
  if (planned.kind === 'reshape') {
    const { name, input, output } = planned;
    return { kind: 'reshape', name, input, output };
  }
  const { kind, name, input, output, window, stride, padding } = planned;
  return { kind, name, input, output, window, stride, padding };
}

/** The plan as a float network that lacks its weights. */
function skeleton(plan: Plan, name: string): FloatNetwork {
  const tensors = plan.tensors.map(({ name: tensor, shape }) => ({ name: tensor, shape }));
  return {
    name,
    tensors,
    operations: plan.operations.map(withoutWeights),
    input: 0,
    outputs: [tensors.length - 1],
  };
}

/** The operation with what its counterpart was trained to. */
function filled(operation: FloatOperation, counterpart: FloatOperation | undefined): FloatOperation {
  if (operation.kind === 'reshape' || operation.kind === 'add') return operation;
  if (operation.kind === 'convolution' || operation.kind === 'dense') {
    const { weights, bias } = counterpart as FloatConvolution | FloatDense;
    const padding =
      counterpart?.kind === 'convolution' && operation.kind === 'convolution' ? counterpart.padding : null;
    return { ...operation, weights, bias, ...(padding === null ? {} : { padding }) };
  }
  return { ...operation, padding: (counterpart as FloatPool).padding } as FloatOperation;
}

/** Up to the logits: a softmax at the end is none of the zoo's business. */
function withoutSoftmax(network: FloatNetwork): FloatNetwork {
  const last = network.operations.find(({ output }) => output === network.outputs[0]);
  if (last?.kind !== 'softmax') return network;
  const operations = network.operations.filter((operation) => operation !== last);
  return { ...network, operations, outputs: [last.input] };
}

/**
 * The network of the zoo with the weights of an imported one: the same real function, with the zoo's structure and names.
 *
 * Batch norms of `source` are folded first. Layers are found by their place in the graph, not by name or order, and each
 * must have the zoo's shape, stride and activation; padding is that of `source` (PyTorch's and TensorFlow's differ where a
 * stride is 2). A softmax at the end is left out.
 * @param source from `importOnnx`, say; one output
 * @param options `size` and `classes` are those of `source` unless given
 * @throws ModelError that names the first layer that differs, and how; RangeError as `zooNetwork`
 * @example
 * const imported = importOnnx('mobilenet.onnx');
 * if (imported.kind === 'float') use(zooFloatNetwork('mobilenet-v2', imported.network));
 */
export function zooFloatNetwork(name: ZooName, source: FloatNetwork, options: ZooOptions = {}): FloatNetwork {
  const refuse = (why: string): never => {
    throw new ModelError(`The weights of "${source.name}" do not fit ${name}: ${why}.`);
  };
  const shape = source.tensors[source.input]!.shape;
  const [height, width] = shape;
  if (source.outputs.length !== 1) refuse(`it has ${source.outputs.length} outputs, and one is needed`);
  if (shape.length !== 3 || height !== width || shape[2] !== 3) refuse(`its input is [${shape}], not [n, n, 3]`);
  const folded = prepare(withoutSoftmax(source));
  const size = options.size ?? height!;
  if (size !== height) refuse(`its pictures have ${height} rows, not ${size}`);
  const classes = options.classes ?? entryCount(folded.tensors[folded.outputs[0]!]!.shape);
  const network = skeleton(zooPlan(name, { ...options, size, classes }), name);
  const counterparts = matchOperations(network, folded);
  if (typeof counterparts === 'string') return refuse(counterparts);
  return {
    ...network,
    operations: network.operations.map((operation) => filled(operation, counterparts.get(operation))),
  };
}
