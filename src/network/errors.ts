/** What can be wrong with the things a user brings. Messages are one plain sentence that says what to do. */

/** A model file that cannot be used: damaged, of another format, with an operation that is not supported. */
export class ModelError extends Error {
  /** `ModelError`. */
  override readonly name = 'ModelError';
}

/** A picture that cannot be used: damaged, of another format, too large. */
export class ImageError extends Error {
  /** `ImageError`. */
  override readonly name = 'ImageError';
}
