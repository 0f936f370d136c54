/** Operators that act on every entry alone and that clamps and scalings can express. */
import { affine, broadcast, one, scaled } from './channelwise.js';
import { channelsOf } from './layout.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

/** The value with every entry moved into [minimum, maximum]. */
function clamped(step: Step, x: Activation, minimum: number, maximum: number, name = step.name): Activation {
  if (minimum === NEGATIVE_INFINITY && maximum === POSITIVE_INFINITY) return x;
  if (!(minimum < maximum)) step.fail(`its range [${minimum}, ${maximum}] is empty or a single number`);
  return activation(step.target.clamp(x.handle, minimum, maximum, name), x.layout);
}

export function importRelu(step: Step): void {
  step.finish(clamped(step, step.activation(0), 0, POSITIVE_INFINITY));
}

/** Beyond this a limit means none: exporters write the largest float. */
const LARGEST = 3e38;

/** Clip: the limits are attributes up to version 10, inputs after. */
export function importClip(step: Step): void {
  const limit = (name: string, position: number, otherwise: number): number => {
    if (step.version < 11) return step.float(name, otherwise);
    const constant = step.optionalConstant(position);
    return constant === null ? otherwise : step.scalar(constant);
  };
  const minimum = limit('min', 1, NEGATIVE_INFINITY);
  const maximum = limit('max', 2, POSITIVE_INFINITY);
  const least = minimum <= -LARGEST ? NEGATIVE_INFINITY : minimum;
  step.finish(clamped(step, step.activation(0), least, maximum >= LARGEST ? POSITIVE_INFINITY : maximum));
}

/** Max or Min of a value and one number. */
export function importLimit(side: 'Max' | 'Min') {
  return (step: Step): void => {
    if (step.node.inputs.length !== 2) step.fail('only two inputs, one of them a constant, are supported');
    const position = step.value(0).kind === 'activation' ? 0 : 1;
    const x = step.activation(position);
    const { axes, values } = broadcast(step, x, step.constant(1 - position));
    if (axes.length > 0) step.fail('its constant must be a single number');
    const [limit] = values;
    step.finish(
      side === 'Max' ? clamped(step, x, limit!, POSITIVE_INFINITY) : clamped(step, x, NEGATIVE_INFINITY, limit!),
    );
  };
}

/** max(x, 0) + slope * min(x, 0), as relu(x) + (-slope) * relu(-x). */
function leaky(step: Step, x: Activation, axes: readonly number[], slopes: Float64Array): void {
  const positive = clamped(step, x, 0, POSITIVE_INFINITY, `${step.name}/positive`);
  const flipped = scaled(step, x, -1, 0, `${step.name}/flipped`);
  const negative = clamped(step, flipped, 0, POSITIVE_INFINITY, `${step.name}/negative`);
  const sloped = affine(
    step,
    negative,
    axes,
    slopes.map((slope) => -slope),
    one(0),
    `${step.name}/sloped`,
  );
  // Scaling may have given the tensor another shape.
  const like = step.target.shape(positive.handle);
  const handle =
    step.target.shape(sloped.handle).join() === like.join()
      ? sloped.handle
      : step.target.reshape(sloped.handle, like, `${step.name}/sloped/reshaped`);
  step.give(step.target.add(positive.handle, handle, step.name), x.layout);
}

export function importLeakyRelu(step: Step): void {
  leaky(step, step.activation(0), [], one(step.float('alpha', 0.01)));
}

export function importPRelu(step: Step): void {
  const x = step.activation(0);
  const { axes, values } = broadcast(step, x, step.constant(1));
  // Refused here, before anything is added, if the slopes' axes do not lie together.
  channelsOf(x.layout, axes);
  leaky(step, x, axes, values);
}

/** max(0, min(1, alpha * x + beta)). */
export function importHardSigmoid(step: Step): void {
  const line = scaled(step, step.activation(0), step.float('alpha', 0.2), step.float('beta', 0.5), `${step.name}/line`);
  step.finish(clamped(step, line, 0, 1));
}
