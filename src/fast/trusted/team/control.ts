/** The words through which the threads of a team agree on what to do. All access is atomic, but for the arguments. */

/** Counts the jobs; helpers sleep on it. */
export const GENERATION = 0;
/** The generation of the job that may be worked on now; 0 when there is none. */
export const OPEN = 1;
/** Helpers that are looking at the job or working on it. The arguments may change only when there are none. */
export const ACTIVE = 2;
/** The next chunk nobody has taken. */
export const NEXT = 3;
export const CHUNKS = 4;
export const JOB = 5;
export const SLEEPERS = 6;
/** Set by a helper whose job failed. */
export const FAILED = 7;
/** Counts the messages about foreign memory. */
export const MAIL = 8;
/** Chunks that helpers have done. */
export const HELPED = 9;
const FIRST_ARGUMENT = 10;

/** How many arguments a job may have. */
export const MOST_ARGUMENTS = 54;

/** A control block of its own, in shared memory. */
export function makeControl(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer((FIRST_ARGUMENT + MOST_ARGUMENTS) * 4));
}

/** One for a team without helpers; it needs no shared memory, which a browser may not have. */
export function makeLocalControl(): Int32Array {
  return new Int32Array(FIRST_ARGUMENT + MOST_ARGUMENTS);
}

/** The arguments inside a control block. */
export function argumentsIn(control: Int32Array): Int32Array {
  return control.subarray(FIRST_ARGUMENT);
}
