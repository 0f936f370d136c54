/** Operations whose results are entries of their inputs, or lie between them: integers stand for the same as before. */
import type {
  FloatConcat,
  FloatInterpolate,
  FloatInterpolation,
  FloatOperation,
  FloatPad,
  FloatPool,
  FloatReshape,
  FloatTake,
} from '../../graph/index.js';
import type { Interpolation } from '../../model/trusted-operations.js';
import type { Destination, Emission, Source } from './emission.js';

export type Move = FloatInterpolate | FloatPad | FloatReshape | FloatTake | FloatPool<'maxPool'>;

const MOVES: ReadonlySet<FloatOperation['kind']> = new Set<Move['kind']>([
  'interpolate',
  'pad',
  'reshape',
  'take',
  'maxPool',
]);

export function isMove(operation: FloatOperation): operation is Move {
  return MOVES.has(operation.kind);
}

/** Distances in 1024ths. */
function whole({ lower, upper, weights }: FloatInterpolation): Interpolation {
  return { lower, upper, weights: Int32Array.from(weights, (weight) => Math.round(1024 * weight)) };
}

export function emitMove(into: Emission, move: Move, x: Source, shape: readonly number[]): Source {
  const format = into.tensor(x.id);
  const to = { name: move.name, shape, format };
  const common = { name: move.name, input: x.id };
  const id = ((): number => {
    switch (move.kind) {
      case 'interpolate':
        return into.push({ kind: move.kind, ...common, rows: whole(move.rows), columns: whole(move.columns) }, to);
      case 'pad':
        return into.push({ kind: move.kind, ...common, padding: move.padding }, to);
      case 'reshape':
        return into.push({ kind: move.kind, ...common }, to);
      case 'take':
        return into.push({ kind: move.kind, ...common, offsets: move.offsets }, to);
      case 'maxPool': {
        const { kind, window, stride, padding } = move;
        const { minimum, maximum } = format;
        return into.push({ kind, ...common, window, stride, padding, minimum, maximum }, to);
      }
    }
  })();
  return { id, scale: x.scale };
}

/** Parts of one scale, side by side. */
export function emitJoined(into: Emission, { axis }: FloatConcat, parts: readonly Source[], to: Destination): Source {
  const inputs = parts.map(({ id }) => id);
  return { id: into.push({ kind: 'concat', name: to.name, inputs, axis }, to), scale: to.format.scale };
}
