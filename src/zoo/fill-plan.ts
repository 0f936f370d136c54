/** Makes a quantized network of a plan: weights from a seed, and requantization that keeps every tensor within eight bits. */

import { outputChannels, termsPerOutput } from '../model/linear-map.js';
import type { Operation, QuantizedNetwork } from '../model/quantized-network.js';
import type { ActivationTensor, TensorId } from '../model/tensor.js';
import { integerMultipliers } from '../quantizer/multiplier.js';
import { accumulatorMoments, averagedMoments, clampedMoments, type Moments, typicalSpread } from './moments.js';
import type { Plan, PlannedAdd, PlannedLinear, PlannedOperation } from './plan.js';
import { seededOffsets, seededWeights } from './seeded-weights.js';

/** Standard deviations before the clamp: about a third of what the range has on one side. */
const SPREADS = { signed: 40, unsigned: 80 };

/** Real numbers behind the integers. After a ReLU 255 stands for 6, so that a ReLU6 is nothing of its own. */
const SCALES = { image: 1 / 128, signed: 1 / 32, unsigned: 6 / 255 };

/** Means of channels differ by as much as half a standard deviation, as the offsets of trained batch norms do. */
const LARGEST_OFFSET = 0.5;

/** The branch's part of a sum's variance. With two thirds a ResNet's sums all have nearly one scale. */
const BRANCH_SHARE = 2 / 3;

/** What is known of a tensor once the operation before it is made. */
interface Known {
  readonly scale: number;
  readonly moments: Moments;
  /** The moments before the clamp, where there was one. */
  readonly normal?: Moments;
}

const signOf = ({ minimum }: { readonly minimum: number }): 'signed' | 'unsigned' =>
  minimum < 0 ? 'signed' : 'unsigned';

class PlanFiller {
  readonly operations: Operation[] = [];
  readonly #known: Known[] = [];
  readonly #adds = new Map<TensorId, PlannedAdd>();

  constructor(
    readonly plan: Plan,
    readonly seed: number,
  ) {
    const { shape } = plan.tensors[0]!;
    // Pixels: every value equally likely.
    const variance = new Float64Array(shape.at(-1)!).fill(256 ** 2 / 12);
    this.#known[0] = { scale: SCALES.image, moments: { mean: variance.map(() => -0.5), variance } };
    for (const operation of plan.operations) if (operation.kind === 'add') this.#adds.set(operation.branch, operation);
  }

  fill(operation: PlannedOperation): void {
    if (operation.kind === 'linear') this.#linear(operation);
    else if (operation.kind === 'add') this.#add(operation);
    else {
      const { scale, moments, normal } = this.#known[operation.input]!;
      this.operations.push(operation);
      if (operation.kind === 'reshape') this.#known[operation.output] = { scale, moments };
      else {
        const { window, minimum, maximum } = operation;
        const count = window.height * window.width;
        const pooled =
          operation.kind === 'averagePool'
            ? averagedMoments(moments, count)
            : clampedMoments(normal ?? moments, minimum, maximum, count);
        this.#known[operation.output] = { scale, moments: pooled };
      }
    }
  }

  scale(id: TensorId): number {
    return this.#known[id]!.scale;
  }

  #linear({ name, input, output, map: shape }: PlannedLinear): void {
    const channels = outputChannels(shape);
    const weights = seededWeights(this.seed, name, channels, termsPerOutput(shape));
    const accumulators = accumulatorMoments(shape, weights, this.#known[input]!.moments);
    const { minimum, maximum } = this.plan.tensors[output]!;
    const { scale, mean, spread } = this.#wanted(output, name);
    // On a tiny image most taps of a depthwise kernel lie on the padding, and what is left of a channel may be zeros only.
    const least = typicalSpread(accumulators) / 8;
    const factors = accumulators.variance.map((variance) => spread / Math.max(least, Math.sqrt(variance)));
    const bias = Int32Array.from(mean, (value, c) => Math.round(value / factors[c]! - accumulators.mean[c]!));
    this.operations.push({
      kind: 'linear',
      name,
      input,
      output,
      map: { ...shape, weights },
      bias,
      requantization: { ...integerMultipliers(factors), minimum, maximum },
    });
    this.#settle(output, scale, { mean, variance: new Float64Array(channels).fill(spread ** 2) });
  }

  /** Scale, means and standard deviation that a linear layer's output should have. */
  #wanted(output: TensorId, name: string): { scale: number; mean: Float64Array; spread: number } {
    const { shape, ...range } = this.plan.tensors[output]!;
    const sign = signOf(range);
    const spread = SPREADS[sign];
    const offsets = seededOffsets(this.seed, name, shape.at(-1)!).map((offset) => offset * LARGEST_OFFSET);
    const add = this.#adds.get(output);
    if (add === undefined) return { scale: SCALES[sign], mean: offsets.map((offset) => offset * spread), spread };
    // A branch also takes off what the shortcut would add to the mean of the sum; otherwise means grow from sum to sum.
    const { factors, spread: sumSpread, scale } = this.#sum(add);
    const { mean } = this.#known[add.shortcut]!.moments;
    return {
      scale: factors[1] * scale,
      mean: offsets.map((offset, c) => (offset * sumSpread - factors[0] * mean[c]!) / factors[1]),
      spread,
    };
  }

  /** Factors that give shortcut and branch their shares of the sum's variance, and the scale that follows. */
  #sum({ shortcut, branch, output }: PlannedAdd): { factors: [number, number]; spread: number; scale: number } {
    const spread = SPREADS[signOf(this.plan.tensors[output]!)];
    const first = (Math.sqrt(1 - BRANCH_SHARE) * spread) / typicalSpread(this.#known[shortcut]!.moments);
    const second = (Math.sqrt(BRANCH_SHARE) * spread) / SPREADS[signOf(this.plan.tensors[branch]!)];
    return { factors: [first, second], spread, scale: this.#known[shortcut]!.scale / first };
  }

  #add(planned: PlannedAdd): void {
    const { name, shortcut, branch, output } = planned;
    const { factors, scale } = this.#sum(planned);
    const { minimum, maximum } = this.plan.tensors[output]!;
    const { multipliers, shift } = integerMultipliers(factors);
    this.operations.push({
      kind: 'add',
      name,
      inputs: [shortcut, branch],
      output,
      multipliers: [multipliers[0]!, multipliers[1]!],
      shift,
      minimum,
      maximum,
    });
    const [a, b] = [this.#known[shortcut]!.moments, this.#known[branch]!.moments];
    this.#settle(output, scale, {
      mean: a.mean.map((mean, c) => factors[0] * mean + factors[1] * b.mean[c]!),
      variance: a.variance.map((variance, c) => factors[0] ** 2 * variance + factors[1] ** 2 * b.variance[c]!),
    });
  }

  #settle(output: TensorId, scale: number, normal: Moments): void {
    const { minimum, maximum } = this.plan.tensors[output]!;
    this.#known[output] = { scale, moments: clampedMoments(normal, minimum, maximum), normal };
  }
}

/**
 * Fills a plan.
 * @param seed decides all weights and biases, a layer's together with its name only
 * @returns a network of 8-bit weights and tensors; its one output is the plan's last tensor
 */
export function fillPlan(plan: Plan, name: string, seed: number): QuantizedNetwork {
  const filler = new PlanFiller(plan, seed);
  for (const operation of plan.operations) filler.fill(operation);
  const tensors = plan.tensors.map((tensor, id): ActivationTensor => {
    // Stored codes are signed bytes, whichever half of the integers a tensor uses.
    return { kind: 'activation', ...tensor, scale: filler.scale(id), zeroPoint: -128 - tensor.minimum };
  });
  return { name, tensors, operations: filler.operations, input: 0, outputs: [tensors.length - 1] };
}
