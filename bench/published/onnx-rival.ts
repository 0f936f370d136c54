/** ONNX Runtime as the rival. */
import type { Outputs } from './model.js';

/** Images with their channels last, as ours, to channels first, as ONNX has them; and back. */
function channelsFirst(values: Float32Array, channels: number): Float32Array {
  const pixels = values.length / channels;
  return values.map((_, at) => values[(at % pixels) * channels + Math.floor(at / pixels)]!);
}

function channelsLast(values: Float32Array, channels: number): Float32Array {
  return channelsFirst(values, values.length / channels);
}

/** Runs a model of one input on what our float network takes. */
export async function onnxRival(
  path: string,
  inputShape: readonly number[],
): Promise<(input: Float32Array) => Promise<Outputs>> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(path);
  const [inputName] = session.inputNames;
  return async (input) => {
    const tensor = new Tensor('float32', channelsFirst(input, inputShape[1]!), [...inputShape]);
    const found = await session.run({ [inputName!]: tensor });
    return session.outputNames.map((name) => {
      const { data, dims } = found[name]!;
      const values = Float32Array.from(data as Float32Array);
      return dims.length === 4 ? channelsLast(values, dims[1]!) : values;
    });
  };
}
