/** Layers of classes that TensorFlow.js does not have, as far as a few words describe them. */
import * as t from 'io-ts';
import { decode, finiteNumber, nonEmptyString, oneOf, strictObject, wholeNumber } from '../../../boundary/codecs.js';
import { ModelError } from '../../../model/errors.js';
import { named } from '../activations.js';
import { scaled } from '../arithmetic.js';
import { depthToSpace } from '../moving.js';
import type { LayerImporter } from './layer.js';

/** What a layer of an own class computes. */
export type CustomLayer =
  | {
      /** Its input. */
      readonly kind: 'identity';
    }
  | {
      /** factor * x + offset. */
      readonly kind: 'scale';
      /** The factor. */
      readonly factor: number;
      /** 0 unless given. */
      readonly offset?: number;
    }
  | {
      /** Blocks of pixels from the channels of one, as in a pixel shuffle: block row first. */
      readonly kind: 'depthToSpace';
      /** Rows, and columns, of a block. */
      readonly block: number;
    }
  | {
      /** A function of every entry. */
      readonly kind: 'activation';
      /** As in Keras: `relu`, `swish` … */
      readonly activation: string;
    };

/** What layers compute, by the names of their classes. */
export type CustomLayers = ReadonlyMap<string, CustomLayer>;

const codec = t.union([
  strictObject({ kind: oneOf('identity') }),
  strictObject({ kind: oneOf('scale'), factor: finiteNumber }, { offset: finiteNumber }),
  strictObject({ kind: oneOf('depthToSpace'), block: wholeNumber(1, 64) }),
  strictObject({ kind: oneOf('activation'), activation: nonEmptyString }),
]);

/** The importer for a class, or undefined when nothing describes it. */
export function customLayer(layers: CustomLayers, kind: string): LayerImporter | undefined {
  const given = layers.get(kind);
  if (given === undefined) return undefined;
  let how: CustomLayer;
  try {
    how = decode(codec, given, 'it') as CustomLayer;
  } catch {
    throw new ModelError(`customLayers does not describe what it computes.`);
  }
  switch (how.kind) {
    case 'identity':
      return ({ input }) => input;
    case 'scale': {
      const { factor, offset = 0 } = how;
      return ({ c, input, name }) => scaled(c, input, factor, offset, name);
    }
    case 'depthToSpace': {
      const { block } = how;
      return ({ c, input, name }) => depthToSpace(c, input, block, name);
    }
    case 'activation': {
      const { activation } = how;
      return ({ c, input, name }) => named(c, input, activation, name);
    }
  }
}
