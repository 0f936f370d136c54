/** Translates a quantized network to ONNX, operation by operation; how numbers are kept is the dialect's matter. */
import { rowsColumnsChannels } from '../../src/model/image-shape.js';
import {
  type AddOperation,
  type ConcatOperation,
  type Convolution,
  type Dense,
  type LinearOperation,
  outputExtent,
  type PadOperation,
  type PoolOperation,
  pooledShape,
  type QuantizedNetwork,
  type RescaleOperation,
  type SoftmaxOperation,
  type TensorId,
} from '../../src/reference/index.js';
import { type Attributes, type ElementType, GraphWriter, type OnnxModel, type Value } from './graph-writer.js';
import { pads, reshaped, storedAxis, storedShape } from './layout.js';

/** Thrown when a network cannot be written in a dialect; the message says why. */
export class NotRepresentable extends Error {}

/** One way to keep numbers: writes the nodes of an operation whose inputs have the shapes that it wants. */
export interface Dialect {
  /** The type of the model's input. */
  readonly type: ElementType;
  /** The type of an output tensor. */
  outputType(id: TensorId): ElementType;
  convolution(operation: LinearOperation, map: Convolution, x: Value, attributes: Attributes): Value;
  dense(operation: LinearOperation, map: Dense, x: Value): Value;
  add(operation: AddOperation, a: Value, b: Value): Value;
  rescale(operation: RescaleOperation, x: Value): Value;
  /** `whole` when the one window is the image. */
  pool(operation: PoolOperation, x: Value, attributes: Attributes, whole: boolean): Value;
  concat(operation: ConcatOperation, inputs: readonly Value[], axis: number): Value;
  pad(operation: PadOperation, x: Value, pads: readonly number[]): Value;
  softmax(operation: SoftmaxOperation, x: Value, axis: number): Value;
}

function convolutionAttributes({ kernel, stride, dilation, padding, groups }: Convolution): Attributes {
  return {
    kernel_shape: [kernel.height, kernel.width],
    strides: [stride.y, stride.x],
    dilations: [dilation.y, dilation.x],
    pads: pads(padding),
    group: groups,
  };
}

function poolAttributes({ window, stride, padding }: PoolOperation): Attributes {
  return { kernel_shape: [window.height, window.width], strides: [stride.y, stride.x], pads: pads(padding) };
}

const extentShape = ({ height, width, channels }: { height: number; width: number; channels: number }): number[] => [
  height,
  width,
  channels,
];

/** The model. The batch axis of its input and outputs is dynamic. */
export function lower(network: QuantizedNetwork, dialectOf: (writer: GraphWriter) => Dialect): OnnxModel {
  const writer = new GraphWriter();
  const dialect = dialectOf(writer);
  const { tensors } = network;
  const values = new Map<TensorId, Value>([[network.input, 'input']]);
  const input = (id: TensorId, shape = tensors[id]!.shape): Value =>
    reshaped(writer, values.get(id)!, tensors[id]!.shape, shape);

  for (const operation of network.operations) {
    const output = (value: Value, shape: readonly number[]): void => {
      values.set(operation.output, reshaped(writer, value, shape, tensors[operation.output]!.shape));
    };
    switch (operation.kind) {
      case 'linear': {
        const { map } = operation;
        if (map.kind === 'dense') {
          output(dialect.dense(operation, map, input(operation.input, [map.inputs])), [map.outputs]);
        } else {
          const x = input(operation.input, extentShape(map.input));
          output(dialect.convolution(operation, map, x, convolutionAttributes(map)), extentShape(outputExtent(map)));
        }
        break;
      }
      case 'add': {
        const { shape } = tensors[operation.output]!;
        const [a, b] = operation.inputs;
        output(dialect.add(operation, input(a, shape), input(b, shape)), shape);
        break;
      }
      case 'rescale':
        output(dialect.rescale(operation, input(operation.input)), tensors[operation.input]!.shape);
        break;
      case 'averagePool':
      case 'maxPool': {
        const image = rowsColumnsChannels(tensors[operation.input]!);
        const { window, padding } = operation;
        const whole =
          window.height === image.height && window.width === image.width && Math.max(...pads(padding)) === 0;
        const x = input(operation.input, extentShape(image));
        output(
          dialect.pool(operation, x, poolAttributes(operation), whole),
          extentShape(pooledShape(image, operation)),
        );
        break;
      }
      case 'concat': {
        const shapes = operation.inputs.map((id) => tensors[id]!.shape);
        const shape = [...shapes[0]!];
        shape[operation.axis] = shapes.reduce((sum, sizes) => sum + sizes[operation.axis]!, 0);
        const parts = operation.inputs.map((id) => input(id));
        output(dialect.concat(operation, parts, storedAxis(shape.length, operation.axis)), shape);
        break;
      }
      case 'pad': {
        const image = rowsColumnsChannels(tensors[operation.input]!);
        const { top, bottom, left, right } = operation.padding;
        const x = input(operation.input, extentShape(image));
        const { height, width, channels } = image;
        output(dialect.pad(operation, x, [0, 0, top, left, 0, 0, bottom, right]), [
          height + top + bottom,
          width + left + right,
          channels,
        ]);
        break;
      }
      case 'reshape':
        output(input(operation.input), tensors[operation.input]!.shape);
        break;
      case 'softmax': {
        const { shape } = tensors[operation.input]!;
        output(dialect.softmax(operation, input(operation.input), storedAxis(shape.length, -1)), shape);
        break;
      }
    }
  }

  const port = (name: Value, id: TensorId, type: ElementType) => ({
    name,
    type,
    shape: storedShape(tensors[id]!.shape),
  });
  // A node of its own gives every output its own name, also where one value is two outputs.
  const outputs = network.outputs.map((id) =>
    port(writer.node('Identity', [values.get(id)!]), id, dialect.outputType(id)),
  );
  return writer.finish(network.name, port('input', network.input, dialect.type), outputs);
}
