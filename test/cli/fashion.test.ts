/** A model for pictures with one channel, from PyTorch's file to labels, with pictures as files: the way a user takes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { FILES, isInstalled, LABELS, readClasses, readPictures, SIDE } from '../../bench/accuracy/dataset.js';
import { fileOf } from '../../bench/accuracy/networks.js';
import { NETWORKS } from '../../bench/accuracy/results.js';
import { encodePng } from '../../src/pictures/index.js';
import { requiredDevices } from '../devices.js';
import { suite } from '../suite.js';
import { slalom } from './slalom.js';

const test = suite('cli fashion');

/** Pictures that are classified. */
const SHOWN = 12;

async function writePictures(folder: string, pictures: readonly Uint8Array[]): Promise<string[]> {
  mkdirSync(folder);
  const paths = pictures.map((_, at) => join(folder, `${String(at).padStart(3, '0')}.png`));
  for (const [at, picture] of pictures.entries()) {
    const pixels = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, entry) => picture[Math.floor(entry / 3)]!);
    writeFileSync(paths[at]!, await encodePng({ width: SIDE, height: SIDE, pixels }));
  }
  return paths;
}

interface Run {
  readonly results: readonly { readonly image: string; readonly top: readonly { readonly label: string }[] }[];
  readonly outsourcedLayers: number;
  readonly linearLayers: number;
}

const title = 'a network for one channel is imported, and says what it sees on pictures';

if (isInstalled()) {
  for (const name of NETWORKS) {
    test(`fashion-${name}: ${title}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'slalom-fashion-'));
      try {
        await writePictures(join(folder, 'clothes'), await readPictures(FILES.calibrate, 40));
        const shown = await writePictures(join(folder, 'shown'), await readPictures(FILES.images, SHOWN));
        const classes = await readClasses(FILES.labels, SHOWN);
        const labels = join(folder, 'labels.txt');
        writeFileSync(labels, `${LABELS.join('\n')}\n`);
        const net = join(folder, 'net.slalom');
        const from = ['--calibrate', join(folder, 'clothes'), '--labels', labels];
        const imported = await slalom(['import', fileURLToPath(fileOf(name)), ...from, '-o', net]);
        assert.is(imported.code, 0, imported.err);

        const run = await slalom(['run', '--model', net, '--image', join(folder, 'shown'), '--plan', 'all', '--json']);
        assert.is(run.code, 0, run.err);
        const { results, outsourcedLayers, linearLayers } = JSON.parse(run.out) as Run;
        assert.is(outsourcedLayers, linearLayers);
        assert.equal(
          results.map(({ image }) => image),
          shown,
        );
        const right = results.filter(({ top }, at) => top[0]!.label === LABELS[classes[at]!]).length;
        assert.ok(right >= SHOWN - 2, `${right} of ${SHOWN} pictures are what they are`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
} else if (requiredDevices.includes('fashion-mnist')) {
  test(title, () => assert.unreachable('install the Debian package dataset-fashion-mnist'));
} else {
  test.skip(title, 'dataset-fashion-mnist is not installed');
}
