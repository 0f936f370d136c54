/**
 * Which run of which process this is. A process that was copied, or restored from a snapshot, holds the secrets of the one it
 * was copied from: both would blind with the same pads. What the system shows of that is looked at before secrets are used.
 */

/** Tells runs of a process apart, as far as the system lets it. */
export interface ProcessIdentity {
  /** The same text as long as nothing speaks against this being the process that it was. */
  current(): string;
  /** Milliseconds by which the wall clock runs ahead of the clock that counts what the process lived through. */
  driftMs(): number;
}

/** A jump of the clocks against each other that no correction of the time makes in a running session. */
export const MOST_DRIFT_MS = 60_000;

interface Files {
  readFileSync(path: string, encoding: 'utf8'): string;
}

/** Node's file system without importing it, since this file runs in browsers too. */
function files(): Files | null {
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return (node?.getBuiltinModule?.('fs') as Files | undefined) ?? null;
}

/**
 * By number and start of the process and the number of the boot, where Linux shows them: not the numbers that the runtime
 * remembers, which a copy has too. Elsewhere only the clocks are left.
 * @param read gives a file's text; Node's file system unless given
 */
export function processIdentity(read: ((path: string) => string) | null = reader()): ProcessIdentity {
  const text = (path: string): string => {
    try {
      return read?.(path) ?? '';
    } catch {
      return '';
    }
  };
  return {
    current() {
      const stat = text('/proc/self/stat');
      // The second field is the program's name in brackets, which may hold anything; field 22 is when the process began.
      const started = stat.slice(stat.lastIndexOf(')') + 1).split(' ')[20] ?? '';
      return [Number.parseInt(stat, 10), started, text('/proc/sys/kernel/random/boot_id').trim()].join(' ');
    },
    driftMs: () => Date.now() - performance.timeOrigin - performance.now(),
  };
}

function reader(): ((path: string) => string) | null {
  const fs = files();
  return fs === null ? null : (path) => fs.readFileSync(path, 'utf8');
}

/** Remembers a process and says later whether it still is that one. */
export class SameProcess {
  readonly #identity: ProcessIdentity;
  readonly #first: string;
  readonly #driftMs: number;

  constructor(identity: ProcessIdentity) {
    this.#identity = identity;
    this.#first = identity.current();
    this.#driftMs = identity.driftMs();
  }

  /** Why this may be a copy, as part of a sentence; null when nothing speaks for it. */
  suspicion(): string | null {
    if (this.#identity.current() !== this.#first) return 'it runs in another process, or after another boot';
    const jumped = this.#identity.driftMs() - this.#driftMs;
    if (Math.abs(jumped) > MOST_DRIFT_MS) return 'the wall clock jumped, as after a pause of the machine or a snapshot';
    return null;
  }
}
