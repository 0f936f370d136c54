/** Writes small ONNX models for tests: nodes and constants in, bytes out. */
import { ELEMENT_TYPES, type ElementType } from '../../../src/formats/onnx/element-type.js';
import { onnxMessage } from '../../../src/formats/onnx/schema.js';

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly type?: ElementType;
  readonly data: ArrayLike<number>;
}

export type AttributeValue = number | string | readonly number[] | { readonly float: number } | TensorSpec;

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  readonly name?: string;
}

export interface PortSpec {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly type?: ElementType;
}

export interface ModelSpec {
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, TensorSpec>>;
  readonly input?: PortSpec;
  readonly inputs?: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
  readonly version?: number;
}

function rawData(type: ElementType, data: ArrayLike<number>): Uint8Array {
  const values = Array.from(data);
  const bytes = ({ buffer }: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(buffer);
  switch (type) {
    case 'FLOAT':
      return bytes(Float32Array.from(values));
    case 'DOUBLE':
      return bytes(Float64Array.from(values));
    case 'INT64':
    case 'UINT64':
      return bytes(BigInt64Array.from(values, BigInt));
    case 'INT32':
    case 'UINT32':
      return bytes(Int32Array.from(values));
    case 'INT8':
    case 'UINT8':
    case 'BOOL':
      return bytes(Uint8Array.from(values, (value) => value & 255));
    default:
      return bytes(Uint16Array.from(values, (value) => value & 65535));
  }
}

export function tensorMessage(name: string, { shape, type = 'FLOAT', data }: TensorSpec): object {
  return { name, dims: shape, dataType: ELEMENT_TYPES[type], rawData: rawData(type, data) };
}

function attribute([name, value]: [string, AttributeValue]): object {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 4, t: tensorMessage('', value as TensorSpec) };
}

function port({ name, shape, type = 'FLOAT' }: PortSpec): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

/** The message before it becomes bytes, for tests that damage it. */
export function modelMessage(spec: ModelSpec): { graph: Record<string, unknown>; [field: string]: unknown } {
  const { nodes, constants = {}, outputs, version = 17 } = spec;
  const inputs = spec.inputs ?? [spec.input ?? { name: 'x', shape: [1, 2, 4, 4] }];
  return {
    irVersion: 8,
    producerName: 'slalom-test',
    opsetImport: [
      { domain: '', version },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'test',
      node: nodes.map(({ op, inputs: from, outputs: to, attributes = {}, domain = '', name = '' }) => ({
        opType: op,
        input: from,
        output: to,
        domain,
        name,
        attribute: Object.entries(attributes).map(attribute),
      })),
      initializer: Object.entries(constants).map(([name, tensor]) => tensorMessage(name, tensor)),
      input: inputs.map(port),
      output: outputs.map(port),
    },
  };
}

export function encodeModel(message: object): Uint8Array {
  return onnxMessage('ModelProto').encode(message).finish();
}

export const buildModel = (spec: ModelSpec): Uint8Array => encodeModel(modelMessage(spec));
