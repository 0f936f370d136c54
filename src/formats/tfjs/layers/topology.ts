/** What the topology of a layers model says: layers, and which reads which. */
import * as t from 'io-ts';
import { type Codec, list, nonEmptyString, wholeNumber } from '../../../boundary/codecs.js';
import { fail, located, shown } from '../../shared/fail.js';
import { Fields, type Json, type JsonMap, jsonMap } from '../json.js';

const MOST_LAYERS = 2 ** 14;
const MOST_CALLS = 2 ** 10;
const MOST_INPUTS = 2 ** 10;

/** One of the results of one call of a layer. */
export interface Reference {
  readonly layer: string;
  /** A layer may be called several times. */
  readonly call: number;
  /** Nested models may have several outputs. */
  readonly output: number;
}

export interface LayerSpec {
  readonly name: string;
  /** The layer's class. */
  readonly kind: string;
  readonly config: Fields;
  /** What each call reads. */
  readonly calls: readonly (readonly Reference[])[];
  /** The number of the first call: a model that knows its own input counts that as call 0. */
  readonly firstCall: number;
  /** The layers inside, when it is a model itself. */
  readonly model: ModelSpec | null;
}

export interface ModelSpec {
  readonly name: string;
  readonly layers: ReadonlyMap<string, LayerSpec>;
  readonly inputs: readonly Reference[];
  readonly outputs: readonly Reference[];
  /** The shape of its input with an open batch axis, where the file says it. */
  readonly inputShape: readonly (number | null)[] | null;
}

export const MODEL_KINDS: readonly string[] = ['Model', 'Functional', 'Sequential'];

const anything = list(t.unknown as Codec<unknown>, MOST_INPUTS) as Codec<Json[]>;

function aReference(value: Json): Reference {
  if (!Array.isArray(value)) {
    return fail('its inputs are described in a form of Keras 3 that TensorFlow.js does not read; save it with Keras 2');
  }
  const [layer, call, output] = value as Json[];
  const index = wholeNumber(0, MOST_CALLS - 1);
  if (!nonEmptyString.is(layer) || !index.is(call) || !index.is(output)) {
    return fail('one of its inputs names no layer, call and output');
  }
  return { layer, call, output };
}

/** One reference, or a list of them, or a record of them (of Keras, by input names). */
function references(fields: Fields, name: string): Reference[] {
  const value = fields.get(name, anything);
  return typeof value[0] === 'string' ? [aReference(value)] : value.map(aReference);
}

/** The calls of a layer: each a list of references, or one alone. */
function callsOf(fields: Fields): Reference[][] {
  return fields.or('inbound_nodes', list(t.unknown as Codec<unknown>, MOST_CALLS) as Codec<Json[]>, []).map((call) => {
    if (!Array.isArray(call)) return [aReference(call)];
    return typeof call[0] === 'string' ? [aReference(call)] : (call as Json[]).map(aReference);
  });
}

const size = t.union([wholeNumber(1, 2 ** 24), t.null]);

function shapeIn(config: Fields): readonly (number | null)[] | null {
  const name = config.has('batch_input_shape') ? 'batch_input_shape' : 'batch_shape';
  return config.or(name, list(size, 8), null);
}

function aLayer(value: JsonMap): LayerSpec {
  const fields = new Fields(value, 'a layer');
  const kind = fields.get('class_name', nonEmptyString);
  const config = fields.has('config') ? fields.get('config', t.unknown as Codec<Json>) : new Map();
  const isModel = MODEL_KINDS.includes(kind);
  const inner = config instanceof Map ? new Fields(config, `the layer`) : null;
  const said = fields.or('name', nonEmptyString, null) ?? inner?.or('name', nonEmptyString, null) ?? null;
  const name = said ?? fail(`a layer of class ${shown(kind)} has no name`);
  const model = isModel ? located(`the model ${shown(name)}`, () => aModel(value)) : null;
  if (inner === null && model === null) fail(`the layer ${shown(name)} has no configuration`);
  const named = inner === null ? new Fields(new Map(), '') : new Fields(config as JsonMap, `the layer ${shown(name)}`);
  const firstCall = model === null || model.inputShape === null ? 0 : 1;
  return { name, kind, config: named, calls: callsOf(fields), firstCall, model };
}

function byName(layers: readonly LayerSpec[]): Map<string, LayerSpec> {
  const map = new Map<string, LayerSpec>();
  for (const layer of layers) {
    if (map.has(layer.name)) fail(`two layers are called ${shown(layer.name)}`);
    map.set(layer.name, layer);
  }
  return map;
}

const first = (layer: string): Reference => ({ layer, call: 0, output: 0 });

/** A chain; its input is a layer of its own, or belongs to the first one. */
function sequential(name: string, list: readonly LayerSpec[]): ModelSpec {
  const [head] = list;
  if (head === undefined) return fail('it has no layers');
  const input = 'input';
  const start: LayerSpec[] =
    head.kind === 'InputLayer'
      ? []
      : [{ name: `${name}/${input}`, kind: 'InputLayer', config: head.config, calls: [], firstCall: 0, model: null }];
  const chain = [...start, ...list];
  const layers = chain.map((layer, at) => ({
    ...layer,
    firstCall: 0,
    calls: at === 0 ? [] : [[first(chain[at - 1]!.name)]],
  }));
  const shape = shapeIn(head.config) ?? head.model?.inputShape ?? null;
  return {
    name,
    layers: byName(layers),
    inputs: [first(chain[0]!.name)],
    outputs: [first(chain.at(-1)!.name)],
    inputShape: shape,
  };
}

/** @param value a model with its class and configuration @throws ModelError when it is none that is known */
export function aModel(value: JsonMap): ModelSpec {
  const fields = new Fields(value, 'the model');
  const kind = fields.get('class_name', nonEmptyString);
  if (!MODEL_KINDS.includes(kind)) fail(`its class ${shown(kind)} is not one of ${MODEL_KINDS.join(', ')}`);
  const config = fields.get('config', t.unknown as Codec<Json>);
  const layerList = list(jsonMap, MOST_LAYERS);
  // Older files have the list of a Sequential model's layers in place of its configuration.
  const bare = Array.isArray(config) && kind === 'Sequential';
  const inner = new Fields(bare ? new Map<string, Json>([['layers', config]]) : asMap(config), 'the model');
  const name = inner.or('name', nonEmptyString, 'model');
  const layers = inner.get('layers', layerList).map(aLayer);
  if (kind === 'Sequential') return sequential(name, layers);
  const map = byName(layers);
  const inputs = references(inner, 'input_layers');
  const shapes = inputs.map(({ layer }) => {
    const spec = map.get(layer);
    return spec === undefined ? fail(`its input ${shown(layer)} is none of its layers`) : shapeIn(spec.config);
  });
  return { name, layers: map, inputs, outputs: references(inner, 'output_layers'), inputShape: shapes[0] ?? null };
}

function asMap(value: Json): JsonMap {
  return value instanceof Map ? value : fail('its configuration is missing');
}

/** Names as Keras has them: `kernelSize` becomes `kernel_size`. */
export function pythonic(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
