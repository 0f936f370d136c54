/** What hostile devices are made of, as data that fast-check generates: a program says what a device does, call after call. */
import * as fc from 'fast-check';
import { describeSabotage, SABOTAGES, type Sabotage } from '../../src/fast/index.js';
import { EXAMPLES } from './networks.js';

const WHAT = [
  ...[
    'off',
    'off-by-many',
    'two-errors',
    'swapped',
    'stale',
    'other-layer',
    'sum',
    'negated',
    'plus-modulus',
    'zeros',
    'ones',
  ],
  ...['other-type', 'floats', 'not-a-number', 'shorter', 'longer', 'half', 'nothing', 'list', 'proxy', 'throws'],
] as const;
const WHEN = ['at once', 'microtask', 'later', 'thenable', 'twice'] as const;
const WHERE = [
  'own',
  'into',
  'shared',
  'offset',
  'growable',
  'resizable',
  'foreign',
  'message',
  'subarray',
  'detached',
] as const;
const LIMITS = ['roomy', 'tiny', 'one', 'changing'] as const;

/** What is done at one call of `apply`. */
export interface Step {
  readonly what: 'right' | (typeof WHAT)[number];
  readonly when: (typeof WHEN)[number] | 'never';
  readonly where: (typeof WHERE)[number];
  /** Where errors go. */
  readonly at: number;
  /** How large they are. */
  readonly by: number;
  /** Whether memory is written over once the answer was given. */
  readonly writesLater: boolean;
}

/** One device, and what it is used for. */
export interface Program {
  /** Of `EXAMPLES`. */
  readonly example: number;
  readonly privacy: boolean;
  readonly arithmetic: 'one thread' | 'two threads' | 'reference';
  readonly way: 'single' | 'batch' | 'concurrent' | 'stream';
  readonly limits: (typeof LIMITS)[number];
  readonly sharedMemory: boolean;
  /** Repeated for ever. */
  readonly steps: readonly Step[];
  /** How many calls are answered rightly between two steps. */
  readonly patience: number;
  /** What is wrapped around it. */
  readonly saboteurs: readonly { readonly kind: Sabotage; readonly layer: number }[];
}

/** Kinds that need a deadline to show; each costs one. */
const loud = SABOTAGES.filter((kind) => !describeSabotage(kind).silent);
const silent = SABOTAGES.filter((kind) => describeSabotage(kind).silent);

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant('right' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...WHAT) },
  ),
  when: fc.oneof(
    { weight: 300, arbitrary: fc.constantFrom(...WHEN) },
    { weight: 1, arbitrary: fc.constant('never' as const) },
  ),
  where: fc.constantFrom(...WHERE),
  at: fc.nat(1000),
  by: fc.oneof(fc.constantFrom(1, -1, 2 ** 24 - 3, 2 ** 31 - 1, 2 ** 16), fc.integer()),
  writesLater: fc.boolean(),
});

const sabotage = fc.record({
  kind: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...loud) },
    { weight: 1, arbitrary: fc.constantFrom(...silent) },
  ),
  layer: fc.nat(3),
});

/** Any hostile device. */
export const program: fc.Arbitrary<Program> = fc.record({
  example: fc.nat(EXAMPLES.length - 1),
  privacy: fc.boolean(),
  arithmetic: fc.oneof(
    { weight: 6, arbitrary: fc.constant('one thread' as const) },
    { weight: 2, arbitrary: fc.constant('two threads' as const) },
    { weight: 1, arbitrary: fc.constant('reference' as const) },
  ),
  way: fc.constantFrom('single', 'batch', 'concurrent', 'stream'),
  limits: fc.constantFrom(...LIMITS),
  sharedMemory: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  patience: fc.constantFrom(0, 0, 1, 5, 20, 60),
  saboteurs: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(sabotage, { minLength: 1, maxLength: 2 }) },
  ),
});
