/** What a run of the generator found, in numbers. */
import type { Tally } from './many.js';

export interface Summary {
  readonly devices: number;
  readonly answers: number;
  readonly sessions: number;
  /** How many runs ended how: right results, and errors by name. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly wrongResults: number;
  readonly exits: number;
  readonly hangs: number;
  readonly foreignErrors: number;
  readonly unhandledRejections: number;
}

/** @param exits processes that a device ended */
export function summary({ devices, answers, sessions, outcomes, failures }: Tally, exits: number): Summary {
  const of = (fault: string): number => failures.filter((failure) => failure.fault === fault).length;
  return {
    devices,
    answers,
    sessions,
    outcomes,
    wrongResults: of('wrong result'),
    exits,
    hangs: of('hang'),
    foreignErrors: of('foreign error'),
    unhandledRejections: of('unhandled rejection'),
  };
}
