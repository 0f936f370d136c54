/** The one argument of a kernel: a struct that is declared to the compiler and filled by the host from the same list. */
import { type Divisor, divisor } from '../bounds.js';

/** A C++ type: a pointer, `u64`, `u32`, `int`, or `Divisor`, which the host fills from the number to divide by. */
export type FieldType = `${string}*` | 'u64' | 'u32' | 'int' | 'Divisor';

const BYTES = { u64: 8, u32: 4, int: 4, Divisor: 12 } as const;

function bytesOf(type: FieldType): number {
  return type in BYTES ? BYTES[type as keyof typeof BYTES] : 8;
}

/** Divisors are few and come again with every launch. */
const divisors = new Map<number, Divisor>();

function knownDivisor(d: number): Divisor {
  const known = divisors.get(d);
  if (known !== undefined) return known;
  if (divisors.size >= 4096) divisors.clear();
  const made = divisor(d);
  divisors.set(d, made);
  return made;
}

/** The fields of one struct. Wide fields come first, so that nothing is padded in between. */
export class Layout<Name extends string> {
  readonly #fields: readonly (readonly [Name, FieldType])[];
  readonly #bytes: number;

  constructor(
    readonly name: string,
    fields: Readonly<Record<Name, FieldType>>,
  ) {
    const entries = Object.entries(fields) as [Name, FieldType][];
    const wide = entries.filter(([, type]) => bytesOf(type) === 8);
    const narrow = entries.filter(([, type]) => bytesOf(type) !== 8);
    this.#fields = [...wide, ...narrow];
    const bytes = this.#fields.reduce((sum, [, type]) => sum + bytesOf(type), 0);
    this.#bytes = Math.ceil(bytes / 8) * 8;
  }

  /** The struct in C++. The assertion makes the compiler confirm the size that the host assumes. */
  get declaration(): string {
    const fields = this.#fields.map(([name, type]) => `  ${type} ${name};`).join('\n');
    return `struct ${this.name} {\n${fields}\n};\nstatic_assert(sizeof(${this.name}) == ${this.#bytes}, "host and card must agree");\n`;
  }

  /** The struct's bytes. A fresh array each time: the driver copies it during the launch, and launches may overlap. */
  encode(values: Readonly<Record<Name, number | bigint>>): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.#bytes));
    let at = 0;
    for (const [name, type] of this.#fields) {
      const value = values[name];
      if (type === 'int') view.setInt32(at, Number(value), true);
      else if (type === 'u32') view.setUint32(at, Number(value), true);
      else if (type === 'Divisor') {
        const { magic, shift } = knownDivisor(Number(value));
        view.setUint32(at, Number(value), true);
        view.setUint32(at + 4, magic, true);
        view.setUint32(at + 8, shift, true);
      } else view.setBigUint64(at, BigInt(value), true);
      at += bytesOf(type);
    }
    return new Uint8Array(view.buffer);
  }
}
