/** What the kernels compute with: division by a known number, and the four kinds of input entries. */
import { M31, type Modulus, P24 } from '../../../../model/modulus.js';
import { LIFT, repunit, residuePlan } from '../bounds.js';

/** An input entry's kind: int16 in one or two digits, or residues of one of the moduli. */
export type Variant = 'int16x1' | 'int16x2' | 'p24' | 'm31';

/** All kinds. Every kernel exists once for each, named `kernel_variant`. */
export const VARIANTS: readonly Variant[] = ['int16x1', 'int16x2', 'p24', 'm31'];

/** Adding it turns balanced digits into plain bytes, digit + 128; flipping each byte's top bit turns those into int8. */
function bias(digits: number): string {
  return `${128 * repunit(digits)}u`;
}

function int16(digits: 1 | 2): string {
  return `
struct int16x${digits} {
  typedef short Entry;
  enum { digits = ${digits} };
  /* The digits of v - offset, lowest byte first. */
  static __device__ __forceinline__ u32 word(Entry v, int offset) {
    return ((u32) ((int) v - offset) + ${bias(digits)}) ^ ${bias(digits)};
  }
  static __device__ __forceinline__ i64 lifted(Entry v) { return v; }
  /* Over the integers nothing is reduced: every sum fits. */
  static __device__ __forceinline__ i64 shrink(i64 t) { return t; }
  static __device__ __forceinline__ u32 answer(i64 t) { return (u32) (int) t; }
};`;
}

function residues(name: Variant, p: Modulus, bits: number): string {
  const { digits, top } = residuePlan(p);
  const fold = `u = (u & ${2 ** bits - 1}u) + ${2 ** bits - p}u * (u >> ${bits});`;
  return `
struct ${name} {
  typedef u32 Entry;
  enum { digits = ${digits} };
  static __device__ __forceinline__ u32 centred(Entry v) { return v <= ${top}u ? v : v - ${p}u; }
  static __device__ __forceinline__ u32 word(Entry v, int) { return (centred(v) + ${bias(digits)}) ^ ${bias(digits)}; }
  static __device__ __forceinline__ i64 lifted(Entry v) { return (int) centred(v); }
  static __device__ __forceinline__ u32 answer(i64 t) {
    u64 u = (u64) (t + ${LIFT[p]}ll);
    ${fold}
    ${fold}
    ${fold}
    return u >= ${p}u ? (u32) u - ${p}u : (u32) u;
  }
  static __device__ __forceinline__ i64 shrink(i64 t) { return answer(t); }
};`;
}

/** Types first: neither NVRTC nor its users need a header. */
export const arithmetic = `
typedef signed char i8;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

/* floor(n / divisor) for n below 2^31. */
struct Divisor { u32 divisor, magic, shift; };
__device__ __forceinline__ u32 over(u32 n, Divisor by) { return (u32) (((u64) n * by.magic) >> by.shift); }

__device__ __forceinline__ u32 thread_index() { return blockIdx.x * blockDim.x + threadIdx.x; }
${int16(1)}
${int16(2)}
${residues('p24', P24, 24)}
${residues('m31', M31, 31)}
`;

/** One entry point for each variant of a template `kernel<Variant>(arguments)`. */
export function entryPoints(kernel: string, structName: string): string {
  return VARIANTS.map(
    (variant) =>
      `extern "C" __global__ void ${kernel}_${variant}(const ${structName} a) { ${kernel}<${variant}>(a); }\n`,
  ).join('');
}
