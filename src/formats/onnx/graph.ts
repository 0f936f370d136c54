/** The model while it is being imported: what its names stand for so far. */
import { ModelError } from '../../model/errors.js';
import type { Target } from '../shared/target.js';
import type { ModelFile } from './model-file.js';
import type { Value } from './value.js';

/** Weights may be shared between layers, but a small file must not grow into an endless network. */
const MOST_USES_OF_A_BYTE = 16;
/** What an importer may make of nothing: the weights of averages and scalings. */
const FREE_ENTRIES = 2 ** 20;

export class Graph {
  readonly file: ModelFile;
  readonly target: Target;
  /** Whether entries may be moved wherever an operator needs them in another order: only when nothing else helps. */
  readonly mayMove: boolean;
  readonly #values = new Map<string, Value>();
  #entriesLeft: number;

  /** @param build makes the target, which charges what it makes of nothing */
  constructor(file: ModelFile, build: (charge: (entries: number) => void) => Target, mayMove = false) {
    this.file = file;
    this.mayMove = mayMove;
    this.target = build((entries) => this.charge(entries));
    this.#entriesLeft = MOST_USES_OF_A_BYTE * file.byteLength + FREE_ENTRIES;
  }

  bind(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** What the name stands for, or undefined when nothing has given it a value. */
  valueOf(name: string): Value | undefined {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const constant = this.file.initializer(name);
    if (constant === undefined) return undefined;
    // Entries outside the file count as bytes of it.
    this.#entriesLeft += MOST_USES_OF_A_BYTE * constant.entries.length;
    this.bind(name, constant);
    return constant;
  }

  /** Counts entries before they are made: copies of weights, and results computed from constants. */
  charge(entries: number): void {
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0) throw new ModelError('it makes too many constants from a small file.');
  }
}
