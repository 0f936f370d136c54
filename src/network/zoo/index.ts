/** Published networks with generated weights: for speed and for tests. */
export type { Plan as ZooPlan, PlannedAdd, PlannedLinear, PlannedOperation, PlannedTensor } from './plan.js';
export { linearPlans, type ZooName, type ZooOptions, zooNames, zooNetwork, zooPlan } from './zoo.js';
