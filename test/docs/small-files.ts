/** The files that samples name: models with ten classes, their labels, pictures, a device of somebody's. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LABELS } from '../../bench/accuracy/dataset.js';
import { BuiltinOperator } from '../../src/formats/tflite/generated/builtin-operator.js';
import { encodePng } from '../../src/pictures/index.js';
import { buildTflite, codes, integers } from '../formats/tflite/model-builder.js';
import { convolution, fullyConnected, pool, softmax } from '../formats/tflite/operators.js';
import { writeSmallTfjs } from './small-tfjs.js';

const SIZE = 224;
const CHANNELS = 8;
const CLASSES = 10;

/** A small float network, as PyTorch wrote it. */
const FLOAT_MODEL = fileURLToPath(new URL('../formats/onnx/models/residual-17.onnx', import.meta.url));

/** A network for pictures of clothes, 28 x 28 and of one channel. */
const CLOTHES_MODEL = fileURLToPath(new URL('../../training/fashion-mnist/fashion-vgg.onnx', import.meta.url));

/** Numbers that look like weights and are the same every time. */
function weights(length: number): number[] {
  return Array.from({ length }, (_, index) => (index * 73 + 41) % 256);
}

/** A classifier of 224 x 224 pictures: one convolution, one average, one matrix. */
export function smallModel(): Uint8Array {
  const side = SIZE / 8;
  return buildTflite({
    tensors: [
      codes([1, SIZE, SIZE, 3], 1 / 128, 128),
      codes([CHANNELS, 3, 3, 3], 0.01, 128, { data: weights(CHANNELS * 27) }),
      integers(Array.from({ length: CHANNELS }, () => 100)),
      codes([1, side, side, CHANNELS], 0.02, 0),
      codes([1, 1, 1, CHANNELS], 0.02, 0),
      codes([CLASSES, CHANNELS], 0.01, 128, { data: weights(CLASSES * CHANNELS) }),
      integers(Array.from({ length: CLASSES }, (_, index) => 10 * index)),
      codes([1, CLASSES], 0.05, 128),
      codes([1, CLASSES], 1 / 256, 0),
    ],
    operators: [
      convolution([0, 1, 2], 3, { stride: [8, 8] }),
      pool(BuiltinOperator.AVERAGE_POOL_2D, 3, 4, [side, side], { stride: [side, side] }),
      fullyConnected([4, 5, 6], 7),
      softmax(7, 8),
    ],
  });
}

/** Writes them into a folder. */
export async function writeSmallFiles(folder: string): Promise<void> {
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) => (index * 7) % 256);
  writeFileSync(join(folder, 'model.tflite'), smallModel());
  writeFileSync(join(folder, 'mobilenet.tflite'), smallModel());
  for (const name of ['model.onnx', 'resnet18.onnx']) copyFileSync(FLOAT_MODEL, join(folder, name));
  writeFileSync(join(folder, 'labels.txt'), Array.from({ length: CLASSES }, (_, index) => `class ${index}\n`).join(''));
  const picture = await encodePng({ width: 32, height: 32, pixels });
  mkdirSync(join(folder, 'photos'));
  for (const name of ['photo.jpg', 'cat.png', 'photos/cat.png']) writeFileSync(join(folder, name), picture);
  mkdirSync(join(folder, 'faces'));
  writeFileSync(join(folder, 'faces', 'face.png'), picture);
  await writeSmallTfjs(folder);
  copyFileSync(CLOTHES_MODEL, join(folder, 'fashion-vgg.onnx'));
  writeFileSync(join(folder, 'clothes.txt'), `${LABELS.join('\n')}\n`);
  mkdirSync(join(folder, 'clothes'));
  writeFileSync(join(folder, 'clothes', 'boot.png'), picture);
  writeFileSync(
    join(folder, 'my-device.js'),
    "import { wasmDevice } from 'slalom';\nexport default () => wasmDevice();\n",
  );
}
