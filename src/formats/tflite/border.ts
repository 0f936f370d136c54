/** Floating-point borders of a quantized model: a QUANTIZE of the input and a DEQUANTIZE of the output are left out. */
import { ModelError } from '../../model/errors.js';
import { fail } from '../shared/fail.js';
import { BuiltinOperator } from './generated/builtin-operator.js';
import type { FileOperator, FileTensor, ModelFile } from './model-file.js';
import { isFloat } from './quantization.js';
import type { Step } from './step.js';

/** The 8-bit tensor the network starts from, and the QUANTIZE that makes it from a floating-point input, if there is one. */
export function quantizedInput(
  file: ModelFile,
  input: FileTensor,
): { readonly input: number; readonly skipped: FileOperator | null } {
  if (!isFloat(input)) return { input: input.index, skipped: null };
  const readers = file.operators.filter(({ inputs }) => inputs.includes(input.index));
  const [reader] = readers;
  const output = reader?.outputs[0];
  if (readers.length !== 1 || reader?.code !== BuiltinOperator.QUANTIZE || output === undefined) {
    throw new ModelError(
      `${file.name} is not quantized: its input "${input.name}" holds floating-point numbers; convert the model ` +
        'with full integer quantization (uint8 or int8).',
    );
  }
  return { input: output, skipped: reader };
}

/** DEQUANTIZE of an output of the model: the result is the 8-bit tensor itself. */
export function importDequantize(file: ModelFile): (step: Step) => void {
  const isRead = new Set(file.operators.flatMap(({ inputs }) => inputs));
  const isOutput = new Set(file.outputs);
  return (step) => {
    step.requireInputs(1);
    const index = step.operator.outputs[0]!;
    const [source] = step.operator.inputs;
    const tensor = file.tensors[source!];
    if (tensor !== undefined && tensor.data !== null) {
      fail(`it turns the constant "${tensor.name}" into floating-point numbers, so the model is not fully quantized`);
    }
    if (isRead.has(index) || !isOutput.has(index)) fail('floating-point numbers are supported at the outputs only');
    step.finish(step.activation(0).handle);
  };
}
