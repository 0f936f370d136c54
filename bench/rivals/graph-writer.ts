/** Writes an ONNX model: nodes and constants go in one by one, bytes come out. */
import { onnxMessage } from '../../src/formats/onnx/schema.js';

/** Numbers of the format: element types, kinds of attributes, versions. */
const TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
const ATTRIBUTE = { int: 2, ints: 7 } as const;
const EXTERNAL = 1;
const IR_VERSION = 8;
const OPERATOR_SETS = [
  { domain: '', version: 17 },
  { domain: 'com.microsoft', version: 1 },
];

export type ElementType = keyof typeof TYPES;
export type Constant = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** The name of a value in the graph. */
export type Value = string;

/** An input or output of the model; `shape` is without the batch axis. */
export interface Port {
  readonly name: Value;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A model, and its large constants beside it: inside, they would be copied with every step of its way. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

const LARGE_BYTES = 2 ** 20;

function typeOf(values: Constant): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Uint8Array) return 'uint8';
  if (values instanceof Int8Array) return 'int8';
  return values instanceof Int32Array ? 'int32' : 'int64';
}

function valueInfo({ name, type, shape }: Port): object {
  const dim = [{ dimParam: 'batch' }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: TYPES[type], shape: { dim } } } };
}

function attribute([name, value]: [string, number | readonly number[]]): object {
  return typeof value === 'number'
    ? { name, i: value, type: ATTRIBUTE.int }
    : { name, ints: value, type: ATTRIBUTE.ints };
}

/** A constant's memory as bytes, little-endian as the format wants it and as every machine that runs Node.js has it. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Constant): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export class GraphWriter {
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  readonly #external: { path: string; data: Uint8Array }[] = [];
  readonly #small = new Map<string, Value>();
  #count = 0;

  /** Adds a node of one output and returns the output's name. */
  node(opType: string, inputs: readonly Value[], attributes: Attributes = {}, domain = ''): Value {
    const name = `${opType}_${this.#count++}`;
    const attributeList = Object.entries(attributes).map(attribute);
    this.#nodes.push({ name, opType, domain, input: inputs, output: [name], attribute: attributeList });
    return name;
  }

  /** A node of ONNX Runtime's own operators. */
  microsoftNode(opType: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.node(opType, inputs, attributes, 'com.microsoft');
  }

  /** Adds a constant; a large one's memory becomes part of the model. */
  constant(values: Constant, shape: readonly number[]): Value {
    const name = `constant_${this.#count++}`;
    const tensor = { name, dims: shape, dataType: TYPES[typeOf(values)] };
    const data = bytesOf(values);
    if (data.length < LARGE_BYTES) this.#initializers.push({ ...tensor, rawData: data });
    else {
      const externalData = Object.entries({ location: name, offset: '0', length: `${data.length}` });
      const entries = externalData.map(([key, value]) => ({ key, value }));
      this.#initializers.push({ ...tensor, externalData: entries, dataLocation: EXTERNAL });
      this.#external.push({ path: name, data });
    }
    return name;
  }

  /** A scalar, or a small vector; equal ones become one. */
  small(type: ElementType, values: number | readonly number[]): Value {
    const key = `${type} ${JSON.stringify(values)}`;
    let name = this.#small.get(key);
    if (name === undefined) {
      const list = typeof values === 'number' ? [values] : values;
      name = this.constant(array(type, list), typeof values === 'number' ? [] : [list.length]);
      this.#small.set(key, name);
    }
    return name;
  }

  finish(name: string, input: Port, outputs: readonly Port[]): OnnxModel {
    const bytes = onnxMessage('ModelProto')
      .encode({
        irVersion: IR_VERSION,
        producerName: 'slalom-bench',
        opsetImport: OPERATOR_SETS,
        graph: {
          name,
          node: this.#nodes,
          initializer: this.#initializers,
          input: [valueInfo(input)],
          output: outputs.map(valueInfo),
        },
      })
      .finish();
    return { bytes, externalData: this.#external };
  }
}

function array(type: ElementType, values: readonly number[]): Constant {
  switch (type) {
    case 'float32':
      return Float32Array.from(values);
    case 'uint8':
      return Uint8Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
  }
}
