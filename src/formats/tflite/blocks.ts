/** DEPTH_TO_SPACE and SPACE_TO_DEPTH. */
import { depthToSpace, spaceToDepth } from '../../graph/index.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { DepthToSpaceOptions } from './generated/depth-to-space-options.js';
import { SpaceToDepthOptions } from './generated/space-to-depth-options.js';
import { moved } from './moved.js';
import type { Step } from './step.js';
import { finishTaken } from './take.js';
import { imageAxes } from './window.js';

/** A block beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST = 2 ** 12;

export function importDepthToSpace(step: Step): void {
  step.requireInputs(1);
  const block = step.options(BuiltinOptions.DepthToSpaceOptions, DepthToSpaceOptions).blockSize();
  const x = step.activation(0);
  const image = imageAxes(x.tensor.shape, step);
  const { height, width, channels } = image;
  if (block < 1 || block > LARGEST || channels % block ** 2 !== 0) {
    step.fail(`its ${channels} channels cannot become blocks of ${block} x ${block}`);
  }
  const output = moved(step, x);
  step.requireShape(output, [height * block, width * block, channels / block ** 2]);
  step.graph.charge(height * block + width * block + channels);
  finishTaken(step, x, output, depthToSpace(image, block, true));
}

export function importSpaceToDepth(step: Step): void {
  step.requireInputs(1);
  const block = step.options(BuiltinOptions.SpaceToDepthOptions, SpaceToDepthOptions).blockSize();
  const x = step.activation(0);
  const image = imageAxes(x.tensor.shape, step);
  const { height, width, channels } = image;
  if (block < 1 || block > LARGEST || height % block !== 0 || width % block !== 0) {
    step.fail(`its ${height} x ${width} pixels are no blocks of ${block} x ${block}`);
  }
  const output = moved(step, x);
  step.requireShape(output, [height / block, width / block, channels * block ** 2]);
  step.graph.charge(height + width + channels * block ** 2);
  finishTaken(step, x, output, spaceToDepth(image, block));
}
