/** What can be wrong with the things a user brings. Messages are one plain sentence that says what to do. */

/** A model file that cannot be used: damaged, of another format, with an operation that is not supported. */
export class ModelError extends Error {
  /** `ModelError`, or the name of a more special error. */
  override readonly name: string = 'ModelError';
}

/** A network file (`.slalom`) that is damaged, tampered with, cut short, or not one at all. Nothing of it was used. */
export class NetworkFileError extends ModelError {
  /** `NetworkFileError`. */
  override readonly name = 'NetworkFileError';
}

/** A linear layer whose sums no pad modulus holds: the network is refused before anything is computed with it. */
export class NoWrapError extends ModelError {
  /** `NoWrapError`. */
  override readonly name = 'NoWrapError';
  /** The layer's name. */
  readonly layer: string;
  /** B: |L(x)| can reach this; possibly beyond the exact integers, then a little less or more. */
  readonly bound: number;

  /** @param message one sentence @param layer the layer's name @param bound B */
  constructor(message: string, layer: string, bound: number) {
    super(message);
    this.layer = layer;
    this.bound = bound;
  }
}

/** A picture that cannot be used: damaged, of another format, too large. */
export class ImageError extends Error {
  /** `ImageError`. */
  override readonly name = 'ImageError';
}
