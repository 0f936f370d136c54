/** Published networks, with generated weights for speed and for tests, or with those of a trained one. */
export { zooFloatNetwork } from './from-float.js';
export type { Plan as ZooPlan, PlannedAdd, PlannedLinear, PlannedOperation, PlannedTensor } from './plan.js';
export { linearPlans, type ZooName, type ZooOptions, zooNames, zooNetwork, zooPlan } from './zoo.js';
