/** Progress on standard error: one line that is rewritten on a terminal, one line per phase elsewhere. */
import type { Progress } from '../protocol/index.js';

/** What `slalom import` does. */
type ImportPhase = 'calibrate' | 'calibrate again' | 'correct biases';

/** What can be shown: progress of a session, of measuring this machine before there is one, and of a stream of images. */
export type Shown = Progress | (Omit<Progress, 'phase'> & { readonly phase: 'plan' | 'images' | ImportPhase });

const words: Record<Shown['phase'], string> = {
  plan: 'offline: measuring this machine, to plan what to outsource',
  challenges: 'offline: loading the layers and folding secret challenges',
  pads: 'offline: making one-time pads',
  images: 'offline and online: images one after another',
  calibrate: 'calibrating: the float network on one picture after another',
  'calibrate again': 'calibrating the equalized network',
  'correct biases': 'correcting biases and measuring the error',
  online: 'online: the device computes, every answer is checked',
};

/** Shows how far the work is. */
export interface Reporter {
  update(progress: Shown): void;
  /** A line of its own. */
  say(text: string): void;
  /** Ends the line that is being rewritten. */
  finish(): void;
}

/** A reporter on `stream`, usually standard error. */
export function reporter(stream: NodeJS.WriteStream): Reporter {
  let phase: Shown['phase'] | null = null;
  let open = false;
  const finish = (): void => {
    if (open) stream.write('\n');
    open = false;
  };
  return {
    update(progress) {
      const { done, total } = progress;
      if (progress.phase !== phase) {
        finish();
        phase = progress.phase;
        if (!stream.isTTY) stream.write(`${words[phase]}\n`);
      }
      if (!stream.isTTY) return;
      const filled = Math.round((24 * done) / total);
      stream.write(`\r${words[phase]} [${'#'.repeat(filled)}${'.'.repeat(24 - filled)}] ${done}/${total}\u001b[K`);
      open = true;
    },
    say(text) {
      finish();
      stream.write(`${text}\n`);
    },
    finish,
  };
}
