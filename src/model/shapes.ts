/** The shapes and ranges that linear maps and pooling are described with. Data only. */

/** Rows and columns. */
export interface Size {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** A number for each direction of an image. */
export interface Steps {
  /** From row to row. */
  readonly y: number;
  /** From column to column. */
  readonly x: number;
}

/** Height, width and channel count of an image-like tensor, stored row by row with channels last (HWC). */
export interface Extent extends Size {
  /** Entries of a pixel. */
  readonly channels: number;
}

/** How many zeros surround an image on each side. */
export interface Padding {
  /** Rows above. */
  readonly top: number;
  /** Rows below. */
  readonly bottom: number;
  /** Columns before. */
  readonly left: number;
  /** Columns after. */
  readonly right: number;
}

/** The closed interval every entry of an input is declared to lie in; `minimum <= 0 <= maximum`. */
export interface InputRange {
  /** No entry is below. */
  readonly minimum: number;
  /** No entry is above. */
  readonly maximum: number;
}
