/** The error that a file states, held against what its parameters give: a report repeats no number that is not so. */

import { type Json, toJson } from '../../calculator/index.js';
import { type Soundness, soundness } from '../../protocol/index.js';
import { UsageError } from '../exit.js';
import type { RunFile } from './run-codec.js';

/** Keys in order, so that two values that are equal have one text. */
function text(value: Json): string {
  return JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}

/**
 * The soundness of a run, calculated anew.
 * @throws UsageError when the file states another
 */
export function statedSoundness(run: RunFile): Soundness {
  const { outsourcedLayers: layers, repetitions, maximumInferences } = run;
  // A session without a single layer has nothing that could be shared by inferences.
  const inferences = layers === 0 ? 1 : maximumInferences;
  const calculated = soundness({ layers, repetitions, inferences });
  if (text(toJson(calculated)) !== text(run.soundness as Json)) {
    throw new UsageError(
      `The file states an error of ${run.soundness.perInference.numerator}/${run.soundness.perInference.denominator} per inference, which is not what its parameters give (${layers} layers, k = ${repetitions}, ${maximumInferences} inferences per session): it was changed, or written by another version.`,
    );
  }
  return calculated;
}

/** A count that follows from the layers must be what the layers say. @throws UsageError otherwise */
export function requireConsistent(run: RunFile): void {
  const { layers, linearLayers, outsourcedLayers, insideLayers } = run;
  const outsourced = layers.filter(({ by }) => by === 'device').length;
  const sum = (of: (layer: RunFile['layers'][number]) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  // A run that ended well verified every answer it asked for, or none when integrity was off.
  const { integrity, verifiedLayers, batches, repetitions } = run;
  const verified = layers.filter((layer) => layer.verified).length;
  const checked = integrity && outsourced > 0;
  const stated = [linearLayers, outsourcedLayers, insideLayers, verified, verifiedLayers, Number(repetitions > 0)];
  stated.push(run.bytesToDevice, run.bytesFromDevice);
  const counted = [
    layers.length,
    outsourced,
    layers.length - outsourced,
    checked ? outsourced : 0,
    checked ? outsourced * batches : 0,
    Number(checked),
    sum((layer) => layer.bytesToDevice),
    sum((layer) => layer.bytesFromDevice),
  ];
  if (stated.some((value, index) => value !== counted[index])) {
    throw new UsageError('The file contradicts itself: its layers do not add up to its totals.');
  }
}
