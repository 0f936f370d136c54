/** Operators that act on every entry alone and that clamps and scalings can express. */
import { realFunction } from '../../graph/index.js';
import { added, paired } from './addition.js';
import { affine, broadcast, one } from './channelwise.js';
import { applied } from './functions.js';
import { withAxesLast } from './image.js';
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

/** Max or Min of a value and one number, or of several values. */
export function importLimit(side: 'Max' | 'Min') {
  return (step: Step): void => {
    const values = step.node.inputs.map((_, position) => step.value(position));
    const constants = values.filter((value) => value.kind === 'constant');
    const others = values.flatMap((value) => (value.kind === 'activation' ? [step.settled(value)] : []));
    let x = others[0] ?? step.fail('its inputs are all constants');
    others.slice(1).forEach((other, at) => {
      const last = constants.length === 0 && at === others.length - 2;
      x = paired(step, x, other, side === 'Max' ? 'larger' : 'smaller', last ? step.name : `${step.name}/pair${at}`);
    });
    for (const constant of constants) {
      const { axes, values: limits } = broadcast(step, x, constant);
      if (axes.length > 0) step.fail('its constant must be a single number');
      x =
        side === 'Max'
          ? clamped(step, x, limits[0]!, POSITIVE_INFINITY)
          : clamped(step, x, NEGATIVE_INFINITY, limits[0]!);
    }
    step.finish(x);
  };
}

/** max(x, 0) + slope[c] * min(x, 0). */
export function importPRelu(step: Step): void {
  const x = step.activation(0);
  const { axes, values: slopes } = broadcast(step, x, step.constant(1));
  const [slope] = slopes;
  if (axes.length === 0 && slope !== undefined) {
    applied(step, realFunction('leakyRelu', slope));
    return;
  }
  // Refused here, before anything is added, if the slopes' axes do not lie together.
  const whole = withAxesLast(step, x, axes);
  const positive = clamped(step, whole, 0, POSITIVE_INFINITY, `${step.name}/positive`);
  const negative = clamped(step, whole, NEGATIVE_INFINITY, 0, `${step.name}/negative`);
  const sloped = affine(step, negative, axes, slopes, one(0), `${step.name}/sloped`);
  step.finish(added(step, positive, sloped, step.name));
}
