/** Everything the host may call. Pointers are byte addresses in the one imported memory; nothing here checks them. */
export * from './blinding';
export * from './depthwise';
export * from './folds';
export * from './gather';
export * from './limbs';
export * from './memory';
export * from './multiply';
export * from './packing';
export * from './pooling';
export * from './requantize';
export * from './rescale';
export * from './scatter';
