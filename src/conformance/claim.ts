/** What the suite says of a device. */

/** States something about the device; `problem` says what it means when it does not hold. */
export type Claim = (holds: boolean, problem: () => string) => void;
