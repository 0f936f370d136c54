/** The float network of a layers model. */
import type { FloatNetwork } from '../../../graph/index.js';
import { fail, located, shown } from '../../shared/fail.js';
import { Construction } from '../construction.js';
import type { Imported } from '../imported.js';
import { inOrder } from '../in-order.js';
import { type JsonMap, withMaps } from '../json.js';
import { openShape } from '../open-shape.js';
import { type Activation, activation } from '../value.js';
import type { Weights } from '../weights.js';
import { type CustomLayers, customLayer } from './custom.js';
import { Layer } from './layer.js';
import { LAYERS } from './operators.js';
import { aModel, type LayerSpec, type ModelSpec, pythonic, type Reference } from './topology.js';
import { WeightsByLayer } from './weights-by-layer.js';

/** Models inside models could call each other without end. */
const MOST_CALLS = 2 ** 14;

interface Call {
  readonly spec: LayerSpec;
  readonly at: number;
}

/** Results of calls, by layer and call. */
type Results = Map<string, readonly Activation[]>;

const keyOf = ({ layer, call }: Reference): string => `${call} ${layer}`;

class LayersImport {
  readonly #c: Construction;
  readonly #weights: WeightsByLayer;
  readonly #custom: CustomLayers;
  #callsLeft = MOST_CALLS;

  constructor(c: Construction, weights: Weights, custom: CustomLayers) {
    this.#c = c;
    this.#weights = new WeightsByLayer(weights);
    this.#custom = custom;
  }

  /** The values of `wanted`, which belong to the model. */
  run(model: ModelSpec, inputs: readonly Activation[], wanted: readonly Reference[]): Activation[] {
    if (inputs.length !== model.inputs.length)
      fail(`it has ${model.inputs.length} inputs, and is given ${inputs.length}`);
    const results: Results = new Map();
    for (const [at, reference] of model.inputs.entries()) results.set(keyOf(reference), [inputs[at]!]);
    const calls = new Map<string, Call>();
    const find = (reference: Reference): string => {
      const key = keyOf(reference);
      if (results.has(key) || calls.has(key)) return key;
      const spec = model.layers.get(reference.layer);
      if (spec === undefined) return fail(`there is no layer ${shown(reference.layer)}`);
      const at = reference.call - spec.firstCall;
      if (spec.calls[at] === undefined)
        return fail(`the layer ${shown(spec.name)} has no call number ${reference.call}`);
      calls.set(key, { spec, at });
      return key;
    };
    const needs = (key: string): string[] => {
      if (results.has(key)) return [];
      const { spec, at } = calls.get(key)!;
      return spec.calls[at]!.map(find);
    };
    const value = (reference: Reference): Activation =>
      results.get(keyOf(reference))![reference.output] ??
      fail(`the layer ${shown(reference.layer)} has no output number ${reference.output}`);
    for (const key of inOrder(wanted.map(find), needs)) {
      if (results.has(key)) continue;
      const { spec, at } = calls.get(key)!;
      if (--this.#callsLeft < 0) fail(`it has more than ${MOST_CALLS} layers`);
      results.set(key, this.#called(spec, spec.calls[at]!.map(value)));
    }
    return wanted.map(value);
  }

  #called(spec: LayerSpec, inputs: readonly Activation[]): readonly Activation[] {
    const { kind, model } = spec;
    return located(`layer ${shown(spec.name)} (${kind.slice(0, 60)})`, () => {
      if (model !== null) return this.run(model, inputs, model.outputs);
      const importer = LAYERS.get(kind) ?? customLayer(this.#custom, kind);
      if (importer === undefined) {
        return fail(
          `its class is not supported; supported are ${[...LAYERS.keys()].join(', ')}, and what customLayers describes`,
        );
      }
      return [importer(new Layer(this.#c, spec, inputs, this.#weights))];
    });
  }
}

/** A layer of the model by its name; of several calls the last. */
function layerOutput(model: ModelSpec, name: string): Reference {
  const spec = model.layers.get(name) ?? fail(`it has no layer ${shown(name)} to be an output`);
  return { layer: name, call: spec.firstCall + Math.max(0, spec.calls.length - 1), output: 0 };
}

export function importLayers(topology: unknown, weights: Weights, how: Imported): FloatNetwork {
  const whole = withMaps(topology, pythonic);
  const inner = whole instanceof Map ? (whole.get('model_config') ?? whole) : whole;
  if (!(inner instanceof Map)) return fail('its topology is no model');
  const model = aModel(inner as JsonMap);
  if (model.inputs.length !== 1) fail(`it has ${model.inputs.length} inputs, and only models with one are supported`);
  const shape = openShape(model.inputShape, how.inputShape, model.inputs[0]!.layer);
  if (shape[0] !== 1) fail(`its input has batch size ${shape[0]}, and only 1 is supported`);
  const c = new Construction(how.name, shape, how.byteLength);
  const wanted = how.outputs === undefined ? model.outputs : how.outputs.map((name) => layerOutput(model, name));
  const run = new LayersImport(c, weights, how.customLayers);
  const values = run.run(model, [activation(c.target.input, shape)], wanted);
  return c.finished(values);
}
