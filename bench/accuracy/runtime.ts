/** onnxruntime-node on the float file, where it is installed: that our own evaluation is not the only witness. */
import { createRequire } from 'node:module';
import type * as Runtime from 'onnxruntime-node';
import { type Pictures, realsOf, SIDE } from './dataset.js';
import type { Logits, OnPicture } from './evaluate.js';

async function load(): Promise<typeof Runtime | null> {
  try {
    return await import('onnxruntime-node');
  } catch {
    return null;
  }
}

/** Its version; null when it is not installed. */
export function runtimeVersion(): string | null {
  try {
    return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version;
  } catch {
    return null;
  }
}

/** Pictures that go through it together. */
const BATCH = 100;

/** The logits of every picture; null when onnxruntime-node is not installed. */
export async function runtimeLogits(
  model: Uint8Array,
  pictures: Pictures,
  threads: number,
  onPicture: OnPicture,
): Promise<Logits<Float32Array> | null> {
  const runtime = await load();
  if (runtime === null) return null;
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  });
  try {
    const logits: Float32Array[] = [];
    for (let start = 0; start < pictures.length; start += BATCH) {
      const some = pictures.slice(start, start + BATCH);
      const input = new Float32Array(some.length * SIDE * SIDE);
      some.forEach((picture, at) => {
        input.set(realsOf(picture), at * SIDE * SIDE);
      });
      // One channel: rows and columns lie in the same order whether it is named first or last.
      const tensor = new runtime.Tensor('float32', input, [some.length, 1, SIDE, SIDE]);
      const outputs = await session.run({ [session.inputNames[0]!]: tensor });
      const values = outputs[session.outputNames[0]!]!.data as Float32Array;
      const classes = values.length / some.length;
      some.forEach((_, at) => {
        logits.push(values.slice(at * classes, (at + 1) * classes));
      });
      onPicture(logits.length);
    }
    return logits;
  } finally {
    await session.release();
  }
}
