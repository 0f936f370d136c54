/** How far an evaluation is, on standard error: a line that is rewritten on a terminal, one line per evaluation elsewhere. */
import type { OnPicture } from './evaluate.js';

export interface Counter {
  /** Begins a line for `what`, and counts pictures on it; the function throws once the signal fires. */
  of(what: string, total: number): OnPicture;
  /** Ends the line. */
  finish(): void;
}

/** Rewriting the line for every picture would take longer than some pictures. */
const STEP = 10;

export function counter(stream: NodeJS.WriteStream, signal: AbortSignal): Counter {
  let open = false;
  const finish = (): void => {
    if (open) stream.write('\n');
    open = false;
  };
  return {
    of(what, total) {
      finish();
      if (!stream.isTTY) stream.write(`${what}: ${total} images\n`);
      return (done) => {
        signal.throwIfAborted();
        if (!stream.isTTY || (done % STEP !== 0 && done !== total)) return;
        stream.write(`\r${what}: ${done}/${total}\u001b[K`);
        open = true;
      };
    },
    finish,
  };
}
