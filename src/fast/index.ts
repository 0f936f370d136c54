/**
 * The fast side: the trusted side's arithmetic in WebAssembly SIMD, and devices.
 * @module
 */
export { wasmArithmetic } from './arithmetic.js';
export { SABOTAGES, type Sabotage, type SaboteurOptions, saboteur } from './devices/saboteur.js';
export { selfTest } from './devices/self-test.js';
export { type WasmDeviceOptions, wasmDevice } from './devices/wasm/device.js';
