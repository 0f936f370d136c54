/** Everything the host may call. Pointers are byte addresses in the one imported memory; nothing here checks them. */
export { blind, isCanonical, isWithin, unblind } from './blinding';
export * from './candidates';
export * from './checked-folds';
export * from './depthwise';
export { foldInput, foldOutput } from './folds';
export * from './gather';
export * from './limbs';
export * from './lookup';
export * from './memory';
export * from './multiply';
export * from './outgoing';
export * from './packed-folds';
export * from './packing';
export * from './pooling';
export * from './products';
export * from './requantize';
export * from './rescale';
export * from './scatter';
