/** The demonstration without its looks: two workers, and what the page knows of them. */
import type { Image } from '../../../src/pictures/browser.js';
import type {
  DeviceKind,
  Files,
  FromDevice,
  FromTrusted,
  Lie,
  Result,
  Stage,
  ToDevice,
  ToTrusted,
} from './messages.js';
import type { Snapshot } from './snapshot.js';

/** How far the work is. */
export interface Progress {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
}

/** What there is to show. Replaced whenever something changes. */
export interface View {
  readonly state: 'loading' | 'ready' | 'opening' | 'running' | 'done' | 'refused' | 'failed';
  /** The linear layers' names; empty until the network is loaded. */
  readonly layers: readonly string[];
  readonly progress: Progress | null;
  /** By layer, of the last run: what entered it on the trusted side, and what the device received instead. */
  readonly held: readonly Snapshot[];
  readonly seen: readonly Snapshot[];
  readonly result: Result | null;
  /** Why there is no result: the device lied (`refused`), or something else went wrong (`failed`). */
  readonly reason: string | null;
  readonly soundnessBits: number | null;
}

const EMPTY: View = {
  state: 'loading',
  layers: [],
  progress: null,
  held: [],
  seen: [],
  result: null,
  reason: null,
  soundnessBits: null,
};

/** What a run is asked for. */
export interface Wish {
  readonly photo: Image;
  readonly device: DeviceKind;
  readonly lie: Lie | null;
}

/** How to start the two workers. */
export interface Starters {
  readonly trusted: () => Worker;
  readonly device: () => Worker;
}

type Message = FromTrusted | FromDevice;

interface Waiting {
  readonly kinds: readonly Message['kind'][];
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

/** Opened with a network; runs photos one at a time. */
export class Demonstration {
  readonly #starters: Starters;
  readonly #onChange: (view: View) => void;
  readonly #trusted: Worker;
  #device: Worker | null = null;
  #deviceKind: DeviceKind | null = null;
  #kernels: WebAssembly.Module | null = null;
  /** The lie of the open session; undefined when there is none. */
  #lie: string | undefined;
  #waiting: Waiting | null = null;
  #view = EMPTY;

  constructor(starters: Starters, onChange: (view: View) => void) {
    this.#starters = starters;
    this.#onChange = onChange;
    this.#trusted = this.#started(starters.trusted());
  }

  #started(worker: Worker): Worker {
    worker.addEventListener('message', ({ data }: MessageEvent<Message>) => this.#receive(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#fail(event.message || 'a worker of this page could not be started');
    });
    return worker;
  }

  #show(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#onChange(this.#view);
  }

  #fail(reason: string): void {
    this.#lie = undefined;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(new Error(reason));
    this.#show({ state: 'failed', reason, progress: null });
  }

  #receive(message: Message): void {
    if (message.kind === 'failed') this.#fail(message.reason);
    else if (message.kind === 'progress') this.#show({ progress: message });
    else if (message.kind === 'held') this.#show({ held: [...this.#view.held, message.snapshot] });
    else if (message.kind === 'seen') this.#show({ seen: [...this.#view.seen, message.snapshot] });
    else if (this.#waiting?.kinds.includes(message.kind)) {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(message);
    }
  }

  #until<K extends Message['kind']>(...kinds: K[]): Promise<Extract<Message, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { kinds, resolve: resolve as (message: Message) => void, reject };
    });
  }

  #tellTrusted(message: ToTrusted, transfer: Transferable[] = []): void {
    this.#trusted.postMessage(message, transfer);
  }

  #tellDevice(message: ToDevice, transfer: Transferable[] = []): void {
    this.#device!.postMessage(message, transfer);
  }

  /** Fetches the network and opens a device: after this nothing is requested any more. */
  async load(files: Files, device: DeviceKind): Promise<void> {
    try {
      const loaded = this.#until('loaded');
      this.#tellTrusted({ kind: 'load', files });
      const { kernels, layers } = await loaded;
      this.#kernels = kernels;
      await this.#connect(device);
      this.#show({ state: 'ready', layers });
    } catch {
      // Shown already.
    }
  }

  async #connect(device: DeviceKind): Promise<void> {
    if (this.#deviceKind === device) return;
    this.#deviceKind = null;
    this.#lie = undefined;
    this.#device?.terminate();
    this.#device = this.#started(this.#starters.device());
    const { port1, port2 } = new MessageChannel();
    const connected = this.#until('connected');
    this.#tellDevice({ kind: 'open', device, kernels: this.#kernels!, port: port1 }, [port1]);
    this.#tellTrusted({ kind: 'connect', port: port2 }, [port2]);
    await connected;
    this.#deviceKind = device;
  }

  /** Runs one photo; the outcome is in the view. */
  async run({ photo, device, lie }: Wish): Promise<void> {
    this.#show({ ...EMPTY, state: 'opening', layers: this.#view.layers });
    try {
      await this.#connect(device);
      const wanted = JSON.stringify(lie);
      const newSession = this.#lie !== wanted;
      if (newSession) {
        const begun = this.#until('begun');
        this.#tellDevice({ kind: 'begin', lie });
        await begun;
      }
      this.#lie = wanted;
      this.#show({ state: 'running' });
      const finished = this.#until('done', 'refused');
      this.#tellTrusted({ kind: 'run', photo, newSession });
      const outcome = await finished;
      if (outcome.kind === 'done') {
        const { result } = outcome;
        this.#show({ state: 'done', result, soundnessBits: result.soundnessBits, progress: null });
      } else {
        // A session that refused is never used again.
        this.#lie = undefined;
        const { reason, soundnessBits } = outcome;
        this.#show({ state: 'refused', reason, soundnessBits, progress: null });
      }
    } catch {
      // Shown already.
    }
  }

  /** Ends both workers. */
  close(): void {
    this.#trusted.terminate();
    this.#device?.terminate();
  }
}
