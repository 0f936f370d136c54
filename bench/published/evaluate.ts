/** Everything that is measured of one row. */

import { realOutputs } from '../../src/faces/index.js';
import { wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { networkHash } from '../../src/formats/slalom/index.js';
import { evaluateFloat, type FloatNetwork } from '../../src/graph/index.js';
import { certify } from '../../src/operations/certificate.js';
import { pictureQuantization, preparePicture, realPicture } from '../../src/pictures/index.js';
import { modulusName } from '../../src/protocol/index.js';
import { quantizeCalibrated } from '../../src/quantizer/index.js';
import type { QuantizedNetwork, Tensor } from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { missed, together } from './agreement.js';
import {
  type Effort,
  FULL_EFFORT,
  type Measure,
  type OpenModel,
  type Outputs,
  type PublishedModel,
  type Sample,
} from './model.js';
import type { Row } from './results.js';

type Arithmetic = Awaited<ReturnType<typeof wasmArithmetic>>;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

function floatOutputs(network: FloatNetwork, input: Float32Array): Outputs {
  const values = evaluateFloat(network, input);
  return network.outputs.map((id) => values[id]!);
}

const effortOf = <A>({ effort }: OpenModel<A>): Effort => effort ?? FULL_EFFORT;

function calibrationOf<A>(model: OpenModel<A>): readonly Sample[] {
  return model.calibration.slice(0, effortOf(model).pictures);
}

async function quantized<A>(model: OpenModel<A>, arithmetic: Arithmetic): Promise<QuantizedNetwork> {
  const { network, preprocessing } = model;
  const { measured, equalize, activationBits } = effortOf(model);
  const { shape } = network.tensors[network.input]!;
  const inputs = async function* (): AsyncGenerator<Float32Array> {
    for (const { image } of calibrationOf(model)) yield realPicture(image, preprocessing, shape);
  };
  const input = pictureQuantization(preprocessing);
  const found = await quantizeCalibrated(network, inputs, { arithmetic, input, measured, equalize, activationBits });
  return found.network;
}

type Integers = readonly (Int16Array | Int32Array)[];

const same = (a: Integers, b: Integers): boolean =>
  a.length === b.length &&
  a.every((values, output) => {
    const others = b[output]!;
    return values.length === others.length && values.every((value, at) => value === others[at]);
  });

/** Runs the inputs through a device that computes every linear layer, and compares each output with that in the clear. */
async function slalom(
  network: QuantizedNetwork,
  arithmetic: Arithmetic,
  inputs: readonly Int16Array[],
  expected: readonly Integers[],
  privacy: boolean,
): Promise<Row['verified']> {
  const device = await wasmDevice();
  try {
    const parameters = { privacy };
    const session = await NetworkSession.open({ network, device, arithmetic, plan: 'all', parameters });
    try {
      let equal = 0;
      for (const [index, input] of inputs.entries()) {
        if (privacy) await session.prepare(1);
        const { outputs } = await session.run(input);
        if (
          same(
            expected[index]!,
            outputs.map(({ values }) => values),
          )
        )
          equal++;
      }
      return {
        pictures: inputs.length,
        equal,
        outsourced: session.outsourcedCount,
        soundnessBits: session.soundness.inferenceBits,
      };
    } finally {
      session.close();
    }
  } finally {
    await device.close();
  }
}

/** One row: what was found, and which limits were missed. */
export async function evaluateModel<A>(published: PublishedModel<A>, threads: number): Promise<Row> {
  const started = performance.now();
  say(`${published.name}: opens`);
  const model = await published.open();
  const arithmetic = await wasmArithmetic({ threads });
  try {
    say(`${published.name}: quantizes`);
    const network = model.quantized ?? (await quantized(model, arithmetic));
    const { macs, modulus, bound, layers } = certify(network);
    const { shape } = model.network.tensors[model.network.input]!;

    const float: (readonly Measure[])[] = [];
    const integer: (readonly Measure[])[] = [];
    const inputs: Int16Array[] = [];
    const clear: Integers[] = [];
    const answers: Row['answers'][number][] = [];
    for (const sample of model.test) {
      say(`${published.name}: ${sample.name}`);
      const compared = await compareOne(model, network, arithmetic, sample);
      float.push(compared.float);
      integer.push(compared.integer);
      answers.push(compared.answer);
      inputs.push(compared.codes);
      clear.push(compared.clear);
    }
    say(`${published.name}: verified and private runs`);
    const verified = await slalom(network, arithmetic, inputs, clear, false);
    const privately = await slalom(network, arithmetic, inputs, clear, true);
    const [floatMeasures, quantizedMeasures] = [together(float), together(integer)];
    const failures = [
      ...missed(floatMeasures, published.floatLimits).map((text) => `float beside the rival: ${text}`),
      ...missed(quantizedMeasures, published.quantizedLimits).map((text) => `quantized beside float: ${text}`),
      ...(verified.equal < verified.pictures ? ['verified runs differ from the clear'] : []),
      ...(privately.equal < privately.pictures ? ['private runs differ from the clear'] : []),
    ];
    return {
      name: published.name,
      package: published.package,
      file: published.file,
      rival: published.rival,
      input: [...shape],
      calibrationPictures: calibrationOf(model).length,
      activationBits: effortOf(model).activationBits,
      answers,
      floatMeasures,
      floatLimits: [...published.floatLimits],
      quantizedMeasures,
      quantizedLimits: [...published.quantizedLimits],
      networkHash: networkHash(network),
      linearLayers: layers.length,
      operations: network.operations.length,
      macs,
      bound,
      modulus: modulusName(modulus),
      verified,
      private: privately,
      date: new Date().toISOString().slice(0, 10),
      failures,
      seconds: Math.round((performance.now() - started) / 100) / 10,
    };
  } finally {
    arithmetic.close();
  }
}

function realOf(codes: Int16Array, tensor: Tensor): Float32Array {
  if (tensor.kind !== 'activation') throw new TypeError('the input must be an activation tensor');
  return Float32Array.from(codes, (code) => code * tensor.scale);
}

async function compareOne<A>(model: OpenModel<A>, network: QuantizedNetwork, arithmetic: Arithmetic, sample: Sample) {
  const tensor = network.tensors[network.input]!;
  const codes = preparePicture(sample.image, model.preprocessing, tensor);
  // All three see the same numbers: what the integers stand for.
  const input = realOf(codes, tensor);
  const theirs = await model.theirs(sample, input);
  const ours = model.answer(floatOutputs(model.network, input), sample);
  const clear = await runInTheClear(network, arithmetic, codes);
  const ints = model.answer(realOutputs(network, clear), sample);
  return {
    codes,
    clear,
    float: model.compare(theirs, ours),
    integer: model.compare(ours, ints),
    answer: {
      picture: sample.name,
      rival: model.words(theirs),
      float: model.words(ours),
      quantized: model.words(ints),
    },
  };
}
