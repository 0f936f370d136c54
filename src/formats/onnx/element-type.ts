/** The format's element types. */

/** What one entry of a constant can be. */
export const ELEMENT_TYPES = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  BFLOAT16: 16,
  UINT4: 21,
  INT4: 22,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

const BY_NUMBER = new Map<number, ElementType>(
  (Object.keys(ELEMENT_TYPES) as ElementType[]).map((name) => [ELEMENT_TYPES[name], name]),
);

/** The type of that number, or null when entries of it cannot be read. */
export function elementType(number: number): ElementType | null {
  return BY_NUMBER.get(number) ?? null;
}

/** Whether entries are real numbers. */
export function isReal(type: ElementType): boolean {
  return type === 'FLOAT' || type === 'FLOAT16' || type === 'BFLOAT16' || type === 'DOUBLE';
}

export interface CodeRange {
  readonly minimum: number;
  readonly maximum: number;
}

const CODE_RANGES: Partial<Record<ElementType, CodeRange>> = {
  UINT8: { minimum: 0, maximum: 255 },
  INT8: { minimum: -128, maximum: 127 },
  UINT16: { minimum: 0, maximum: 65535 },
  INT16: { minimum: -32768, maximum: 32767 },
  INT32: { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  UINT4: { minimum: 0, maximum: 15 },
  INT4: { minimum: -8, maximum: 7 },
};

/** The codes of a type that quantized tensors are stored in, or null when it is none. */
export function codeRange(type: ElementType): CodeRange | null {
  return CODE_RANGES[type] ?? null;
}
