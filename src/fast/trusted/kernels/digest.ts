/** Written by build.mjs when the kernels are built. */

/** SHA-256 of kernels.wasm. */
export const KERNELS_SHA256 = '6a3d3e341afbf7c39cefc93b4004804e99f68bd71fb721cd16310edb9c0dd12d';
