/** The cuda device's public names. */
export { type CudaDescription, describeCuda } from './describe.js';
export { type CudaDevice, type CudaDeviceOptions, cudaDevice } from './device.js';
export type { LibraryName, LibraryPaths } from './libraries.js';
export type { LimitSizes } from './limits.js';
export type { CudaMap } from './map.js';
export type { Mode as CudaMode } from './operation.js';
export { cudaThread } from './thread.js';
