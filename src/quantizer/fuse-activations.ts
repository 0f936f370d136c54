/** An activation right after a linear layer, an addition or another pair becomes the clamp of its requantization, which is free. */
import type { Activation, FloatActivation, FloatNetwork, FloatOperation, FloatReshape } from '../graph/index.js';
import { isPrivate, producerOf } from './graph.js';

/** What can clamp its result. */
type Fusing = Exclude<Extract<FloatOperation, { activation: Activation }>, FloatActivation>;

function fuses(network: FloatNetwork, operation: FloatOperation | undefined): operation is Fusing {
  return (
    operation !== undefined &&
    'activation' in operation &&
    operation.kind !== 'activation' &&
    operation.activation === 'none' &&
    isPrivate(network, operation.output)
  );
}

function identity({ name, input, output }: FloatActivation): FloatReshape {
  return { kind: 'reshape', name, input, output };
}

/** An equal network in which activations stand alone only where nothing can take them in. */
export function fuseActivations(network: FloatNetwork): FloatNetwork {
  let current = network;
  for (const operation of network.operations) {
    if (operation.kind !== 'activation') continue;
    const before = producerOf(current, operation.input);
    let operations: FloatOperation[];
    if (operation.activation === 'none') {
      operations = current.operations.map((other) => (other === operation ? identity(operation) : other));
    } else if (fuses(current, before)) {
      const { activation, output } = operation;
      operations = current.operations
        .filter((other) => other !== operation)
        .map((other) => (other === before ? { ...before, activation, output } : other));
    } else continue;
    current = { ...current, operations };
  }
  return current;
}
