/** Layers that average or take maxima. */
import * as t from 'io-ts';
import { fail } from '../../shared/fail.js';
import { type PoolKind, pooled, reduced } from '../pooling.js';
import type { LayerImporter } from './layer.js';

export function pool(kind: PoolKind): LayerImporter {
  return (layer) => {
    layer.requireChannelsLast();
    const { y, x } = layer.pair('pool_size', 2);
    const stride = layer.config.has('strides') ? layer.pair('strides') : { y, x };
    const how = { name: layer.name, kind, window: { height: y, width: x }, stride, padding: layer.padding() };
    return pooled(layer.c, layer.input, how);
  };
}

export function globalPool(kind: PoolKind): LayerImporter {
  return (layer) => {
    layer.requireChannelsLast();
    const { c, input, name, config } = layer;
    if (input.shape.length !== 4) fail(`its input has shape [${input.shape}], and four axes are needed`);
    return reduced(c, input, kind, [1, 2], config.or('keepdims', t.boolean, false), name);
  };
}
