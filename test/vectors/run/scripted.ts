/** Randomness and a device that do what a vector says. */
import type { Device, DeviceInput, DeviceOutput, Randomness } from '../../../src/protocol/index.js';
import { withoutHealthTests } from '../../../src/protocol/randomness-health.js';
import type { AnswerVector } from '../shapes/protocol.js';

/** Hands out the given bytes, and refuses to go on when they are used up. */
export function scripted(hex: string): Randomness & { readonly left: number } {
  let rest = Buffer.from(hex, 'hex');
  const source: Randomness & { readonly left: number } = {
    get left() {
      return rest.length;
    },
    fill(bytes) {
      if (bytes.length > rest.length) throw new RangeError('the bytes of the vector are used up');
      bytes.set(rest.subarray(0, bytes.length));
      rest = rest.subarray(bytes.length);
    },
  };
  // The bytes are few, and what they are is what is tested.
  withoutHealthTests(source);
  return source;
}

const make: Readonly<Record<AnswerVector['type'], (values: number[]) => unknown>> = {
  Uint32Array: (values) => Uint32Array.from(values),
  Int32Array: (values) => Int32Array.from(values),
  Float32Array: (values) => Float32Array.from(values),
  Float64Array: (values) => Float64Array.from(values),
  Uint8Array: (values) => Uint8Array.from(values),
  Array: (values) => values,
};

/** The answer as the object a device would hand over. */
export function answerOf({ type, values }: AnswerVector): unknown {
  return make[type](values.map(Number));
}

/** A device that answers from a list, in the order it is asked, and keeps what it was sent. */
export class ScriptedDevice implements Device {
  readonly name = 'scripted';
  readonly limits = { maximumTransferBytes: 2 ** 31, concurrency: 1 };
  readonly messages: number[][] = [];
  readonly #answers: AnswerVector[];

  constructor(answers: readonly AnswerVector[]) {
    this.#answers = [...answers];
  }

  async load() {
    return {
      apply: async (x: DeviceInput): Promise<DeviceOutput> => {
        this.messages.push([...x]);
        return answerOf(this.#answers.shift()!) as DeviceOutput;
      },
      release: () => {},
    };
  }

  async close(): Promise<void> {}
}
