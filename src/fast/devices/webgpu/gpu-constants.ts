/** WebGPU's bit flags. Browsers have them as globals, Dawn in Node does not; the specification fixes the numbers. */

export const BufferUsage = {
  mapRead: 0x0001,
  mapWrite: 0x0002,
  copySource: 0x0004,
  copyDestination: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
} as const;

export const MapMode = { read: 0x0001, write: 0x0002 } as const;
