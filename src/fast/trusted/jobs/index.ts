/** The jobs a team can do, numbered alike on every thread. */
import type { Job } from '../team/host.js';
import { clear } from './clear.js';
import { applyDepthwise } from './depthwise.js';
import { add, product, rescale } from './elementwise.js';
import { incoming } from './incoming.js';
import { lookUp } from './lookup.js';
import { multiply } from './multiply.js';
import { outgoing } from './outgoing.js';
import { pool } from './pool.js';
import { split } from './split.js';

const named = {
  outgoing,
  incoming,
  multiply,
  split,
  depthwise: applyDepthwise,
  add,
  rescale,
  product,
  lookUp,
  pool,
  clear,
};

/** The name of a job. */
export type JobName = keyof typeof named;

/** In the order of `jobs`. */
export const jobNames = Object.keys(named) as JobName[];

/** The jobs by number. */
export const jobs: readonly Job[] = Object.values(named);
