/** One call of a layer while it is being imported: checked access to its inputs, configuration and weights. */
import * as t from 'io-ts';
import { type Codec, chosen, list, oneOf, wholeNumber } from '../../../boundary/codecs.js';
import type { Axes } from '../../../graph/index.js';
import { fail, shown } from '../../shared/fail.js';
import { named } from '../activations.js';
import type { Constant } from '../constant.js';
import type { Construction } from '../construction.js';
import { LARGEST, type PaddingRule } from '../convolution.js';
import type { Fields } from '../json.js';
import type { Activation } from '../value.js';
import { activationName } from './activation-name.js';
import type { WeightsByLayer } from './weights-by-layer.js';

/** A number, or a list of them. */
function oneOrMore(minimum: number, maximum: number): Codec<number | number[]> {
  const number = wholeNumber(minimum, maximum);
  return chosen<number | number[]>(
    number.name,
    (value) => (Array.isArray(value) ? list(number, 2) : number) as Codec<number | number[]>,
  );
}

export class Layer {
  readonly c: Construction;
  readonly name: string;
  readonly kind: string;
  readonly config: Fields;
  readonly inputs: readonly Activation[];
  readonly #weights: WeightsByLayer;

  constructor(
    c: Construction,
    { name, kind, config }: { readonly name: string; readonly kind: string; readonly config: Fields },
    inputs: readonly Activation[],
    weights: WeightsByLayer,
  ) {
    this.c = c;
    this.name = name;
    this.kind = kind;
    this.config = config;
    this.inputs = inputs;
    this.#weights = weights;
  }

  /** The only input. */
  get input(): Activation {
    const [first] = this.inputs;
    if (first === undefined || this.inputs.length > 1) fail(`it has ${this.inputs.length} inputs, and needs 1`);
    return first!;
  }

  /** The only input, without a border. */
  get settled(): Activation {
    return this.c.settled(this.input, this.name);
  }

  weight(weight: string): Constant {
    return this.#weights.of(this.name, weight) ?? fail(`its weight ${shown(`${this.name}/${weight}`)} is missing`);
  }

  /** The bias, or null when the layer says that it has none. */
  bias(): Constant | null {
    return this.config.or('use_bias', t.boolean, true) ? this.weight('bias') : null;
  }

  /** A number for each direction, from one for both or one for each. */
  pair(name: string, otherwise: number | null = null, minimum = 1): Axes {
    const codec = oneOrMore(minimum, LARGEST);
    const value = otherwise === null ? this.config.get(name, codec) : this.config.or(name, codec, otherwise);
    if (typeof value === 'number') return { y: value, x: value };
    if (value.length !== 2) fail(`its "${name}" must have two entries`);
    return { y: value[0]!, x: value[1]! };
  }

  padding(): PaddingRule {
    return this.config.or('padding', oneOf('valid', 'same'), 'valid');
  }

  /** @throws ModelError when the layer has its channels first */
  requireChannelsLast(): void {
    const format = this.config.or('data_format', t.string, 'channels_last');
    if (format !== 'channels_last' && format !== 'channelsLast') {
      fail(`its data_format is ${shown(format)}; only channels_last is supported, so export the model with that`);
    }
  }

  /** What the layer does to its result. */
  activated(x: Activation): Activation {
    const kind = activationName(this.config);
    return kind === 'linear' ? x : named(this.c, x, kind, `${this.name}/${kind}`);
  }
}

export type LayerImporter = (layer: Layer) => Activation;
