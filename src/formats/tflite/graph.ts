/** The model while it is being imported: what the file's tensors became so far. */
import { ModelError } from '../../model/errors.js';
import type { Handle, Target } from '../shared/target.js';
import type { ModelFile } from './model-file.js';

/** Weights may be shared between layers, but a small file must not grow into an endless network. */
const MOST_USES_OF_A_BYTE = 16;

export class Graph {
  readonly file: ModelFile;
  readonly target: Target;
  /** Which stored tensor of the graph a tensor of the file became. */
  readonly #handles = new Map<number, Handle>();
  #entriesLeft: number;

  /** @param build makes the target, which charges what it makes of nothing */
  constructor(file: ModelFile, build: (charge: (entries: number) => void) => Target) {
    this.file = file;
    this.#entriesLeft = MOST_USES_OF_A_BYTE * file.byteLength;
    this.target = build((entries) => this.charge(entries));
  }

  /** Declares that the file's tensor is that one. */
  bind(fileIndex: number, handle: Handle): void {
    this.#handles.set(fileIndex, handle);
  }

  /** What the file's tensor became, or undefined when it has not been computed. */
  handleOf(fileIndex: number): Handle | undefined {
    return this.#handles.get(fileIndex);
  }

  /** Counts the constant entries that are made, before they are. */
  charge(entries: number): void {
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0) throw new ModelError('it uses the same weights in too many operators.');
  }
}
