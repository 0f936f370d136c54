/** The TensorFlow.js models that samples name: as small as they can be, with the layers and names that the samples speak of. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphFiles, ints, node, reals, text, type } from '../formats/tfjs/graph-model.js';
import { type Document, type Files, filled, saved, tfl } from '../formats/tfjs/layers-model.js';

const { layers } = tfl;

/** A classifier. */
function classifier(): Promise<Files> {
  const convolution = layers.conv2d({ inputShape: [16, 16, 3], filters: 4, kernelSize: 3, strides: 2 });
  const pool = layers.globalAveragePooling2d({});
  return saved(
    filled(tfl.sequential({ layers: [convolution, pool, layers.dense({ units: 5, activation: 'softmax' })] })),
  );
}

/** With two layers of own classes at the end. */
async function upscaler(): Promise<Files> {
  const convolution = layers.conv2d({ inputShape: [96, 96, 3], filters: 48, kernelSize: 1 });
  const files = await saved(filled(tfl.sequential({ layers: [convolution, layers.reLU({}), layers.reLU({})] })));
  const document: Document = JSON.parse(files.modelJson);
  const all = document.modelTopology.config.layers ?? document.modelTopology.model_config.config.layers;
  all.at(-2).class_name = 'MultiplyBeta';
  all.at(-1).class_name = 'PixelShuffle4x';
  return { ...files, modelJson: JSON.stringify(document) };
}

/** Three heads, and behind two of them something that no network of integers does. */
function detector(): Files {
  const how = { strides: ints(1, 1, 1, 1), padding: text('SAME'), dilations: ints(1, 1, 1, 1), T: type('DT_FLOAT') };
  const heads = ['raw_boxes', 'raw_scores', 'Identity'];
  return graphFiles({
    input: [1, 16, 16, 3],
    constants: { kernel: reals([3, 3, 3, 4]) },
    nodes: [
      ...heads.map((name) => node('Conv2D', name, ['x', 'kernel'], { ...how, data_format: text('NHWC') })),
      node('NonMaxSuppressionV5', 'chosen', ['raw_boxes', 'raw_scores']),
    ],
    outputs: ['chosen'],
  });
}

/** Writes them into folders of `folder`. */
export async function writeSmallTfjs(folder: string): Promise<void> {
  const models = { mobilenet: await classifier(), upscaler: await upscaler(), detector: detector() };
  for (const [name, { modelJson, weights }] of Object.entries(models)) {
    for (const parent of [folder, join(folder, 'models')]) {
      mkdirSync(join(parent, name), { recursive: true });
      writeFileSync(join(parent, name, 'model.json'), modelJson);
      writeFileSync(join(parent, name, 'group1-shard1of1.bin'), weights);
    }
  }
}
