/** What the page says, in plain words. */
import type { View } from './demonstration.js';
import { BINS, chiSquare, type Histogram, UNIFORM_BELOW } from './histogram.js';
import type { Stage } from './messages.js';

const STAGES: Readonly<Record<Stage, string>> = {
  challenges: 'Preparing: secret challenges, one set per layer',
  pads: 'Preparing: one-time pads, one per layer',
  online: 'Running: blinded, computed by the device, checked',
};

/** The line beside the progress bar. */
export function progressLine({ state, progress, layers }: View): string {
  if (state === 'loading') return 'Loading the network and the device …';
  if (state === 'opening') return 'Opening a session …';
  if (state === 'ready') return 'Ready. From here on this page requests nothing.';
  if (state === 'done') return 'Done.';
  if (state === 'refused') return 'Refused.';
  if (state === 'failed') return 'Stopped.';
  if (progress === null) return 'Starting …';
  const { stage, done, total } = progress;
  const name = stage === 'online' && done > 0 ? `: ${layers[done - 1] ?? ''} verified` : '';
  return `${STAGES[stage]}; layer ${done} of ${total}${name}`;
}

/** What is read out: the beginning of each stage, every quarter of it, and the end; not every layer. */
export function announcement(view: View): string {
  const { state, progress, result, reason } = view;
  if (state === 'done' && result !== null) {
    return `Done: ${facesFound(result.faces.length)}, ${result.verifiedLayers} of ${result.layers} layers verified.`;
  }
  if (state === 'refused' || state === 'failed') return reason ?? '';
  if (state !== 'running' || progress === null) return progressLine(view);
  const quarter = Math.floor((4 * progress.done) / progress.total);
  return `${STAGES[progress.stage]}, ${quarter * 25} percent`;
}

export function facesFound(count: number): string {
  if (count === 0) return 'no face was found';
  return count === 1 ? 'one face was found' : `${count} faces were found`;
}

/** Whole numbers as people write them. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** Ten expected in every bin; with fewer the statistic does not follow its distribution well enough. */
const FEWEST = 10 * BINS;

/** What a histogram says about the numbers behind it; `uniform` is null when there are too few to tell. */
export function uniformity(counts: Histogram): { readonly uniform: boolean | null; readonly text: string } {
  if (counts.total < FEWEST)
    return { uniform: null, text: `Only ${counts.total} numbers: too few to tell by a histogram.` };
  const statistic = chiSquare(counts);
  const uniform = statistic < UNIFORM_BELOW;
  const shown = statistic < 1000 ? statistic.toFixed(1) : grouped(statistic);
  const text = uniform
    ? `Looks uniform: χ² = ${shown}, below ${UNIFORM_BELOW}.`
    : `Far from uniform: χ² = ${shown}; noise stays below ${UNIFORM_BELOW}.`;
  return { uniform, text };
}

/** The ways of lying that the page offers. */
export const LIES = [
  ['one', 'adds 1 to a single number'],
  ['swap', 'exchanges two channels'],
  ['zero', 'answers only zeros, to save the work'],
  ['replay', 'repeats an older answer'],
] as const;
