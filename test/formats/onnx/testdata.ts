/** The ONNX project's own operator tests, from Debian's package libonnx-testdata. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Constant } from '../../../src/formats/onnx/constant.js';
import { ELEMENT_TYPES } from '../../../src/formats/onnx/element-type.js';
import { onnxMessage } from '../../../src/formats/onnx/schema.js';
import { readTensor } from '../../../src/formats/onnx/tensor-data.js';
import type { WireTensor } from '../../../src/formats/onnx/wire.js';
import { fromBfloat16 } from '../../../src/formats/shared/half.js';

const ROOT = '/usr/share/libonnx-testdata/data';
export const isThere = existsSync(ROOT);

export interface OperatorTest {
  readonly name: string;
  readonly model: Message;
  readonly inputs: readonly Constant[];
  readonly outputs: readonly Constant[];
}

/** A decoded message, to be changed and encoded again. */
// biome-ignore lint/suspicious/noExplicitAny: the messages of a test, not of the library
export type Message = any;

/** The data's bfloat16 numbers are stored as whole numbers of 16 bits. */
function asDeclared(tensor: Constant, port: Message): Constant {
  if (port?.type.tensorType?.elemType !== ELEMENT_TYPES.BFLOAT16 || tensor.type !== 'UINT16') return tensor;
  return { ...tensor, type: 'BFLOAT16', entries: Float32Array.from(tensor.entries, fromBfloat16) };
}

function tensors(folder: string, kind: string, ports: readonly Message[]): Constant[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(kind));
  return files.map((_, index) => {
    const tensor = onnxMessage('TensorProto').decode(readFileSync(`${folder}/${kind}_${index}.pb`));
    const constant = readTensor(tensor as unknown as WireTensor, `${kind} ${index}`, () => new Uint8Array());
    return asDeclared(constant, ports[index]);
  });
}

/** Every test whose tensors have element types that can be read. */
export function* operatorTests(): Generator<OperatorTest> {
  for (const group of ['node', 'pytorch-converted', 'pytorch-operator', 'simple']) {
    for (const name of readdirSync(`${ROOT}/${group}`)) {
      const folder = `${ROOT}/${group}/${name}`;
      try {
        const model = onnxMessage('ModelProto').decode(readFileSync(`${folder}/model.onnx`));
        const { graph } = model as Message;
        const data = `${folder}/test_data_set_0`;
        yield {
          name,
          model,
          inputs: tensors(data, 'input', graph.input),
          outputs: tensors(data, 'output', graph.output),
        };
      } catch {
        // Sequences, strings: nothing that any supported operator has.
      }
    }
  }
}

/** The model with all inputs but the first as constants, the first of that shape, and the first output only: no other is compared. */
export function withConstants({ model, inputs }: OperatorTest, shape: readonly number[]): Uint8Array {
  const graph = model.graph;
  const known = new Set(graph.initializer.map(({ name }: Message) => name));
  const ports = graph.input.filter(({ name }: Message) => !known.has(name));
  const [first, ...rest] = ports;
  const added = rest.map(({ name }: Message, index: number) => {
    const { type, shape: dims, entries } = inputs[index + 1]!;
    const real = entries instanceof Float32Array;
    const typed: Message = { name, dims, dataType: real ? ELEMENT_TYPES.FLOAT : ELEMENT_TYPES[type] };
    if (real) typed.floatData = Array.from(entries);
    else if (type === 'UINT32' || type === 'UINT64') typed.uint64Data = Array.from(entries);
    else if (type === 'INT64') typed.int64Data = Array.from(entries);
    else typed.int32Data = Array.from(entries);
    return typed;
  });
  const dim = shape.map((dimValue) => ({ dimValue }));
  const input = {
    name: first.name,
    type: { tensorType: { elemType: first.type.tensorType.elemType, shape: { dim } } },
  };
  const initializer = [...graph.initializer, ...added];
  const changed = { ...model, graph: { ...graph, input: [input], output: graph.output.slice(0, 1), initializer } };
  return onnxMessage('ModelProto').encode(changed).finish();
}
