/** One application of a map: cut into pieces that are copied in, computed and copied out in several lanes at once. */
import type { DeviceInput, DeviceOutput } from '../../../protocol/device.js';
import type { Answers, Stretch } from './answers.js';
import type { Calls } from './calls.js';
import type { CudaContext } from './context.js';
import type { Events } from './events.js';
import type { Pointer } from './koffi.js';
import type { Lane } from './lane.js';
import type { Operation } from './operation.js';
import type { Staged, Staging } from './staging.js';

/** Large enough that queueing costs little beside the copies, small enough for one call of a batch to overlap with itself. */
const PIECE_BYTES = 2 ** 25;

/** What is applied to what. */
export interface Application {
  readonly operation: Operation;
  readonly x: DeviceInput;
  /** How many inputs `x` holds. */
  readonly count: number;
  readonly outputsPerInput: number;
  readonly type: Int32ArrayConstructor | Uint32ArrayConstructor;
  /** Where the answer is wanted; without it the answer brings its own memory. */
  readonly into: DeviceOutput | undefined;
}

/** The parts of a device that every application goes through. */
export class Pipeline {
  #turn = 0;

  constructor(
    readonly context: CudaContext,
    readonly lanes: readonly Lane[],
    readonly events: Events,
    readonly answers: Answers,
    readonly staging: Staging,
    readonly calls: Calls,
  ) {}

  /** The next lane in turn. */
  lane(): Lane {
    return this.lanes[this.#turn++ % this.lanes.length]!;
  }

  /** How many inputs make one piece; pieces of a call are about equal. */
  static inputsPerPiece({ operation, x, count, outputsPerInput }: Application): number {
    const bytes = Math.max(x.byteLength / count, outputsPerInput * 4);
    const most = Math.min(operation.inputsPerPiece, Math.max(1, Math.floor(PIECE_BYTES / bytes)));
    return Math.ceil(count / Math.ceil(count / most));
  }

  /** Runs an application; it owns `x` until the answer is there. */
  async apply(application: Application): Promise<DeviceOutput> {
    const { x, count, outputsPerInput, type, into } = application;
    const answer = this.answers.begin(type, count * outputsPerInput, into);
    const input = this.staging.open(x);
    const step = Pipeline.inputsPerPiece(application);
    const inputBytes = x.byteLength / count;
    const staged = new Set<Staged>();
    const done: Promise<void>[] = [];
    const copied: Promise<void>[] = [];
    try {
      for (let first = 0; first < count; first += step) {
        const inputs = Math.min(step, count - first);
        const piece = await input.piece(first * inputBytes, inputs * inputBytes);
        staged.add(piece);
        this.calls.check();
        const target = answer.parts(first * outputsPerInput * 4, inputs * outputsPerInput * 4);
        const finished = this.#enqueue(application, piece, inputs, target).then(() => {
          staged.delete(piece);
          piece.release();
        });
        // It is awaited below; until then a failure must not count as unhandled.
        finished.catch(() => {});
        done.push(finished);
        // What the card reads where it is can all be queued at once, and goes on while this thread is busy elsewhere. Of
        // copies, twice as many as lanes keep every lane busy, and bound the page-locked memory.
        if (!piece.copied) continue;
        copied.push(finished);
        await copied[copied.length - 2 * this.lanes.length];
      }
      await Promise.all(done);
      return await answer.finish();
    } catch (error) {
      // The card may still read the pieces and write the answer: nothing is given back before it has stopped.
      await Promise.allSettled(done);
      for (const lane of this.lanes) lane.drain();
      for (const piece of staged) piece.release();
      answer.abandon();
      throw error;
    } finally {
      input.end();
    }
  }

  #copyOut(lane: Lane, to: readonly Stretch[], from: Pointer): void {
    let at = from;
    for (const { address, bytes } of to) {
      this.context.driver.copyOut(address, at, bytes, lane.stream);
      at += BigInt(bytes);
    }
  }

  #copyIn(lane: Lane, to: Pointer, { parts }: Staged): void {
    let at = to;
    for (const { address, bytes } of parts) {
      this.context.driver.copyIn(at, address, bytes, lane.stream);
      at += BigInt(bytes);
    }
  }

  #enqueue({ operation, x, count }: Application, piece: Staged, inputs: number, target: readonly Stretch[]) {
    const lane = this.lane();
    this.context.enter();
    const bytes = (x.byteLength / count) * inputs;
    const from = lane.scratch('x', bytes);
    this.#copyIn(lane, from, piece);
    this.#copyOut(lane, target, operation.enqueue(lane, from, inputs));
    return this.events.done(lane.stream);
  }

  /**
   * Milliseconds that the card computes for one application, copies left out: each piece is brought once and then computed
   * `repeats` times between two events.
   */
  async deviceMs(application: Application, repeats: number): Promise<number> {
    const { operation, x, count } = application;
    const { context, staging } = this;
    const { driver } = context;
    const lane = this.lane();
    const input = staging.open(x);
    const step = Pipeline.inputsPerPiece(application);
    const inputBytes = x.byteLength / count;
    let total = 0;
    context.enter();
    const [start, end] = [driver.createEvent(true), driver.createEvent(true)];
    try {
      for (let first = 0; first < count; first += step) {
        const inputs = Math.min(step, count - first);
        const piece = await input.piece(first * inputBytes, inputs * inputBytes);
        try {
          this.calls.check();
          context.enter();
          const from = lane.scratch('x', inputs * inputBytes);
          this.#copyIn(lane, from, piece);
          operation.enqueue(lane, from, inputs);
          driver.record(start, lane.stream);
          for (let i = 0; i < repeats; i++) operation.enqueue(lane, from, inputs);
          driver.record(end, lane.stream);
          await this.events.done(lane.stream);
          context.enter();
          total += driver.elapsedMs(start, end) / repeats;
        } finally {
          lane.drain();
          piece.release();
        }
      }
      return total;
    } finally {
      input.end();
      context.enter();
      driver.destroyEvent(start);
      driver.destroyEvent(end);
    }
  }
}
