/** `slalom faces`, the main job: finds faces in a photo on an untrusted device, then lets the device lie and refuses it. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { decodeFaces, type Face, prepareFaceInput, quantizedFaceDetector, realOutputs } from '../faces/index.js';
import { saboteur } from '../fast/index.js';
import { networkHash } from '../formats/slalom/index.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { linearOperations } from '../operations/graph.js';
import { drawBox, encodePng, type Image, readImage } from '../pictures/index.js';
import { type Device, IntegrityError } from '../protocol/index.js';
import { type ArmableDevice, armable } from './armable.js';
import { type Executed, type ExecutedOnce, runOnce, withSession } from './execute.js';
import { UsageError } from './exit.js';
import { jsonCosts, jsonProtection } from './json-result.js';
import { aProtection, type Protection, type ProtectionText } from './options.js';
import type { Reporter } from './progress.js';
import { computedBy, costTable, guarantee } from './report.js';
import { table } from './table.js';
import { aTamper, type Tamper } from './tamper.js';

/** The command line, as text. */
export interface FacesOptions extends ProtectionText {
  readonly image?: string;
  readonly output: string;
  readonly tamper?: string;
  readonly json?: boolean;
}

/** The layer that lies in the demonstration, by ±1 in one number. */
const DEMONSTRATION: Tamper = { layer: 17, kind: 'one' };
/** Quantized when the command runs, so there is no file to take the hash of. */
const DETECTOR = { name: 'SSD-MobileNetV1 of @vladmandic/face-api', sha256: null };
const BOX_COLOUR = [0, 220, 90] as const;

/** Runs the command and returns what belongs on standard output. */
export async function facesCommand(options: FacesOptions, report: Reporter, signal: AbortSignal): Promise<string> {
  const protection = aProtection(options);
  const directory = packageDirectory();
  const path = options.image ?? join(directory, 'demo', 'sample1.jpg');
  const photo = await readImage(path);
  report.say(`Photo ${basename(path)}, ${photo.width} x ${photo.height} pixels; quantizing the face detector ...`);
  const { network, anchors } = await quantizedFaceDetector(join(directory, 'model'));
  const tamper = aTamper(options.tamper, linearOperations(network).length, protection.device);
  const input = prepareFaceInput(photo);
  let switchable: ArmableDevice | undefined;
  const setup = {
    network,
    protection,
    report,
    signal,
    lie: {
      layer: (tamper ?? DEMONSTRATION).layer,
      disguise: (honest: Device, layer: number) => {
        if (tamper !== null) return saboteur(honest, { ...tamper, layer });
        switchable = armable(honest, { ...DEMONSTRATION, layer });
        return switchable;
      },
    },
  };
  return withSession(setup, async (session) => {
    const executed = await runOnce(session, input, signal);
    const faces = findFaces(network, anchors, photo, executed);
    await writePicture(options.output, photo, faces);
    let refused = false;
    if (switchable !== undefined && protection.integrity) {
      report.say(`Now the same again, but the device adds 1 to one number in linear layer ${DEMONSTRATION.layer} ...`);
      await session.prepare(1, signal);
      switchable.arm();
      refused = await isRefused(() => session.run(input, { signal }));
      if (!refused) throw new Error('a lie of the device was not noticed');
    }
    report.finish();
    return options.json
      ? JSON.stringify({
          image: path,
          ...jsonProtection({ ...DETECTOR, networkHash: networkHash(network) }, protection, executed),
          faces,
          refused,
          ...jsonCosts(executed),
        })
      : story({ path, options, protection, executed, faces, refused });
  });
}

function packageDirectory(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
  } catch {
    throw new UsageError('The face detector is not installed: run "npm install @vladmandic/face-api@1.7.15" first.');
  }
}

function findFaces(network: QuantizedNetwork, anchors: Float32Array, photo: Image, executed: ExecutedOnce): Face[] {
  const outputs = executed.result.outputs.map(({ values }) => values);
  return decodeFaces(realOutputs(network, outputs), anchors, photo);
}

async function writePicture(path: string, photo: Image, faces: readonly Face[]): Promise<void> {
  const thickness = Math.max(2, Math.round(Math.max(photo.width, photo.height) / 250));
  const boxed = faces.reduce((image, { box }) => drawBox(image, box, BOX_COLOUR, thickness), photo);
  try {
    await writeFile(path, await encodePng(boxed));
  } catch (error) {
    throw new UsageError(`--output ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

async function isRefused(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return false;
  } catch (error) {
    if (error instanceof IntegrityError) return true;
    throw error;
  }
}

interface Story {
  readonly path: string;
  readonly options: FacesOptions;
  readonly protection: Protection;
  readonly executed: Executed;
  readonly faces: readonly Face[];
  /** Whether a lie was told and refused. */
  readonly refused: boolean;
}

function story({ path, options, protection, executed, faces, refused }: Story): string {
  const rows = faces.map(({ box, score }, index) => [
    `face ${index + 1}`,
    `${(100 * score).toFixed(1)} %`,
    ...[box.left, box.top, box.right - box.left, box.bottom - box.top].map((value) => String(Math.round(value))),
  ]);
  const lines = [
    `A face detector on ${basename(path)}, ${computedBy(protection, executed)}.`,
    '',
    faces.length === 0 ? 'No face was found.' : table(['', 'confidence', 'left', 'top', 'width', 'height'], rows),
    '',
    `The photo with its ${faces.length} ${faces.length === 1 ? 'face' : 'faces'} boxed is in ${options.output}.`,
    '',
    costTable(executed),
    '',
    guarantee(protection, executed),
  ];
  if (refused) {
    lines.push(
      '',
      `Then the device added 1 to a single number in linear layer ${DEMONSTRATION.layer}: the run was REFUSED (IntegrityError), and that`,
      'session can never be used again.',
    );
  }
  return lines.join('\n');
}
