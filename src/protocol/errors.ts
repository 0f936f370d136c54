/** The protocol's own failures. Wrong types are `TypeError`s and wrong ranges `RangeError`s, as everywhere. */

/**
 * The device gave a wrong answer. One message for every cause: what failed, where, and in which repetition is
 * never told, because the device or its host may read it.
 */
export class IntegrityError extends Error {
  /** `IntegrityError`. */
  override readonly name = 'IntegrityError';
  constructor() {
    super('The device gave a wrong answer. The run was refused and this session cannot be used again.');
  }
}

/** The device could not do what it was asked: not open, out of memory, crashed, too slow. No answer was used. */
export class DeviceError extends Error {
  /** `DeviceError`. */
  override readonly name: string = 'DeviceError';
}

/** This machine does not have the device: no driver, no library, no adapter. The message says where was looked and what to install. */
export class DeviceUnavailableError extends DeviceError {
  /** `DeviceUnavailableError`. */
  override readonly name = 'DeviceUnavailableError';
}

/** The session is not in a state that allows this call. */
export class SessionError extends Error {
  /** `SessionError`. */
  override readonly name = 'SessionError';
}

/** There is no unused pad left, or a pad was about to be used a second time. */
export class PadError extends Error {
  /** `PadError`. */
  override readonly name = 'PadError';
}

/** The source of random bytes is broken: nothing can be blinded or checked with it. None of its bytes was used. */
export class RandomnessError extends Error {
  /** `RandomnessError`. */
  override readonly name = 'RandomnessError';

  /** @param why what it did, as in "it gave the same bytes twice" */
  constructor(why: string, options?: ErrorOptions) {
    super(
      `The random generator cannot be used: ${why}. Nothing was sent with its bytes; mend the generator, or the machine.`,
      options,
    );
  }
}
