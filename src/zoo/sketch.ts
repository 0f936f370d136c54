/** What the builder of one network gets and does. */
import type { PlanBuilder } from './plan.js';

/** What may vary about a network besides the size of its images. */
export interface SketchOptions {
  readonly classes: number;
  /** The width multiplier. */
  readonly width: number;
  /** A channel count times the width multiplier: a multiple of 8 where the width is not 1. */
  readonly scaled: (channels: number) => number;
}

/** Writes one network into an empty plan. */
export type NetworkSketch = (plan: PlanBuilder, options: SketchOptions) => void;

/** MobileNet's rule: the nearest multiple of 8, at least 8, and never less than nine tenths of what was asked for. */
export function scaledChannels(channels: number, width: number): number {
  if (width === 1) return channels;
  const exact = channels * width;
  const nearest = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return nearest < 0.9 * exact ? nearest + 8 : nearest;
}
