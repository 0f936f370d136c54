/** Operators with their options, for files built in tests. */
import { ActivationFunctionType } from '../../../src/formats/tflite/generated/activation-function-type.js';
import { AddOptions } from '../../../src/formats/tflite/generated/add-options.js';
import { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { BuiltinOptions } from '../../../src/formats/tflite/generated/builtin-options.js';
import { ConcatenationOptions } from '../../../src/formats/tflite/generated/concatenation-options.js';
import { Conv2DOptions } from '../../../src/formats/tflite/generated/conv2doptions.js';
import { DepthwiseConv2DOptions } from '../../../src/formats/tflite/generated/depthwise-conv2doptions.js';
import { FullyConnectedOptions } from '../../../src/formats/tflite/generated/fully-connected-options.js';
import { Padding } from '../../../src/formats/tflite/generated/padding.js';
import { Pool2DOptions } from '../../../src/formats/tflite/generated/pool2doptions.js';
import { SoftmaxOptions } from '../../../src/formats/tflite/generated/softmax-options.js';
import type { OperatorSpec } from './model-builder.js';

export interface Window {
  readonly padding?: Padding;
  readonly stride?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly activation?: ActivationFunctionType;
}

type Tensors = readonly number[];

/** Padding SAME, stride 1, dilation 1, no activation where left out. */
export function convolution(inputs: Tensors, output: number, how: Window = {}, depthwise = false): OperatorSpec {
  const { padding = Padding.SAME, stride = [1, 1], dilation = [1, 1], activation = ActivationFunctionType.NONE } = how;
  return {
    code: depthwise ? BuiltinOperator.DEPTHWISE_CONV_2D : BuiltinOperator.CONV_2D,
    inputs,
    outputs: [output],
    options: [
      depthwise ? BuiltinOptions.DepthwiseConv2DOptions : BuiltinOptions.Conv2DOptions,
      (builder) =>
        depthwise
          ? DepthwiseConv2DOptions.createDepthwiseConv2DOptions(
              builder,
              padding,
              stride[1],
              stride[0],
              1,
              activation,
              dilation[1],
              dilation[0],
            )
          : Conv2DOptions.createConv2DOptions(
              builder,
              padding,
              stride[1],
              stride[0],
              activation,
              dilation[1],
              dilation[0],
            ),
    ],
  };
}

export function fullyConnected(
  inputs: Tensors,
  output: number,
  activation = ActivationFunctionType.NONE,
): OperatorSpec {
  return {
    code: BuiltinOperator.FULLY_CONNECTED,
    inputs,
    outputs: [output],
    options: [
      BuiltinOptions.FullyConnectedOptions,
      (builder) => FullyConnectedOptions.createFullyConnectedOptions(builder, activation, 0),
    ],
  };
}

export function pool(
  code: BuiltinOperator.AVERAGE_POOL_2D | BuiltinOperator.MAX_POOL_2D,
  input: number,
  output: number,
  window: readonly [number, number],
  how: Window = {},
): OperatorSpec {
  const { padding = Padding.SAME, stride = [1, 1], activation = ActivationFunctionType.NONE } = how;
  return {
    code,
    inputs: [input],
    outputs: [output],
    options: [
      BuiltinOptions.Pool2DOptions,
      (builder) =>
        Pool2DOptions.createPool2DOptions(builder, padding, stride[1], stride[0], window[1], window[0], activation),
    ],
  };
}

export function add(inputs: Tensors, output: number, activation = ActivationFunctionType.NONE): OperatorSpec {
  return {
    code: BuiltinOperator.ADD,
    inputs,
    outputs: [output],
    options: [BuiltinOptions.AddOptions, (builder) => AddOptions.createAddOptions(builder, activation)],
  };
}

export function concat(inputs: Tensors, output: number, axis: number): OperatorSpec {
  return {
    code: BuiltinOperator.CONCATENATION,
    inputs,
    outputs: [output],
    options: [
      BuiltinOptions.ConcatenationOptions,
      (builder) => ConcatenationOptions.createConcatenationOptions(builder, axis, ActivationFunctionType.NONE),
    ],
  };
}

export function softmax(input: number, output: number, beta = 1): OperatorSpec {
  return {
    code: BuiltinOperator.SOFTMAX,
    inputs: [input],
    outputs: [output],
    options: [BuiltinOptions.SoftmaxOptions, (builder) => SoftmaxOptions.createSoftmaxOptions(builder, beta)],
  };
}

/** An operator whose options the importer does not need. */
export function plain(code: BuiltinOperator, inputs: Tensors, output: number): OperatorSpec {
  return { code, inputs, outputs: [output] };
}
