/** The two passes of the online phase over the kernels' memory, shared out among the team's threads. */

import { anArray, anInteger } from '../../../boundary/validators.js';
import { aModulus, CHECK_MODULUS } from '../../../model/modulus.js';
import type { TrustedArithmetic } from '../../../protocol/arithmetic.js';
import { type Incoming, packedLength, poolsByRows } from '../../../protocol/passes.js';
import { incomingFields, STRETCH } from '../jobs/incoming.js';
import { outgoingFields } from '../jobs/outgoing.js';
import { foldTerms, inputSteps } from '../kernels/bounds.js';
import type { Frame, KernelArray, KernelMemory, ThreadSpace } from '../memory.js';
import { highOf } from '../team/host.js';
import { tileFor } from '../team/team.js';
import { planFinish } from './finish.js';

/** Entries of one image in a chunk: its input, and two folded challenges, stay in the second-level cache. */
const MOST_ENTRIES = 8192;

/** The largest bound that an int32 can be compared with. */
const LARGEST_BOUND = 2 ** 31 - 1;

/** The addresses of one vector per image, or of none, and then of one vector per challenge, as a table that jobs read. */
function tableOf(
  memory: KernelMemory,
  frame: Frame,
  perImage: readonly Uint32Array[] | null,
  images: number,
  perChallenge: readonly Uint32Array[],
): number {
  const pointer = frame.space((images + perChallenge.length) * 4);
  const table = new Uint32Array(memory.buffer, pointer, images + perChallenge.length);
  if (perImage !== null) for (let i = 0; i < images; i++) table[i] = frame.input(perImage[i]!);
  for (let t = 0; t < perChallenge.length; t++) table[images + t] = frame.input(perChallenge[t]!);
  return pointer;
}

/** Where an array that jobs read or write lies: an address, or a place in memory that JavaScript reaches. */
interface Location {
  readonly id: number;
  readonly at: number;
}

/** Arrays that helpers cannot reach are copied by the calling thread. */
function locate(memory: KernelMemory, frame: Frame, array: KernelArray, use: 'input' | 'output'): Location {
  if (!memory.owns(array)) {
    const id = memory.team.share(array.buffer);
    if (id !== null) return { id, at: array.byteOffset };
  }
  return { id: 0, at: frame[use](array) };
}

/** Jobs wiped the copies that they read; what was copied from other memory is wiped here. */
function wipeElsewhere(memory: KernelMemory, arrays: readonly Uint32Array[]): void {
  for (const array of arrays) if (!memory.owns(array)) array.fill(0);
}

type Passes = Pick<TrustedArithmetic, 'packFolded' | 'outgoing' | 'incoming' | 'finish' | 'acceptCandidates'>;

function anIncoming(how: Incoming, length: number): void {
  if (how.unblinding !== null) {
    aModulus(how.unblinding.modulus);
    if (how.unblinding.u.length !== how.images) throw new RangeError('there must be one unblinding factor per image');
    for (const u of how.unblinding.u) anArray(u, Uint32Array, 'u', length);
  }
  for (const s of how.challenges) anArray(s, Uint32Array, 's', length);
  anInteger(how.bound, 'bound', 0, LARGEST_BOUND);
  for (const followUp of how.finish?.followUps ?? []) {
    if (followUp.kind === 'pool' && !poolsByRows(followUp.how)) throw new RangeError('these windows overlap');
  }
}

/** The passes over one memory. */
export function passes(memory: KernelMemory): Passes {
  const { kernels, team } = memory;

  function incoming(
    answer: Int32Array | Uint32Array,
    how: Incoming,
    cut: boolean,
    folds: Uint32Array,
    out: Int16Array | Int32Array,
  ): boolean {
    const { images, unblinding, bound, challenges, finish } = how;
    anInteger(images, 'images', 1, 2 ** 24);
    const length = answer.length / images;
    anIncoming(how, length);
    anArray(folds, Uint32Array, 'folds', images * challenges.length);
    return memory.within((frame) => {
      const plan = planFinish(memory, frame, finish, images, length, out);
      const areas = openAreas(memory, frame, folds.length);
      const { id, at } = locate(memory, frame, answer, 'input');
      const space = frame.perThread(STRETCH * 4 + plan.bandBytes);
      const args = incomingFields.pack({
        answer: at,
        answerHigh: highOf(at),
        answerId: id,
        images,
        length,
        tile: plan.tile,
        bound,
        modulus: unblinding === null ? 0 : unblinding.modulus,
        wipe: Number(unblinding?.wipe === true),
        cut: Number(cut),
        tables: tableOf(memory, frame, unblinding === null ? null : unblinding.u, images, challenges),
        k: challenges.length,
        terms: foldTerms(bound),
        scratch: space.scratch,
        scratchPitch: space.scratchPitch,
        areas: areas.space.scratch,
        areaPitch: areas.space.scratchPitch,
      });
      team.run('incoming', [...plan.arguments, ...args], plan.chunks);
      if (unblinding?.wipe === true) wipeElsewhere(memory, unblinding.u);
      return areas.collect(folds);
    });
  }

  return {
    packFolded(folded, out) {
      anArray(folded, Uint32Array, 'folded');
      anArray(out, Uint32Array, 'out', packedLength(folded.length));
      memory.within((frame) => kernels.packFolded(frame.input(folded), folded.length, frame.output(out)));
    },
    outgoing(x, { images, range, blinding, folded }, message, sums) {
      anInteger(images, 'images', 1, 2 ** 24);
      const length = anArray(x, Int16Array, 'x').length / images;
      anArray(sums, Uint32Array, 'sums', images * folded.length);
      for (const vector of folded) anArray(vector, Uint32Array, 'folded', packedLength(length));
      if (blinding === null) anArray(message as Int16Array, Int16Array, 'message', x.length);
      else {
        anArray(message as Uint32Array, Uint32Array, 'message', x.length);
        aModulus(blinding.modulus);
        if (blinding.rho.length !== images) throw new RangeError('there must be one pad per image');
        for (const rho of blinding.rho) anArray(rho, Uint32Array, 'rho', length);
      }
      const { minimum, maximum } = range;
      const tile = tileFor(length, MOST_ENTRIES, team.threads);
      return memory.within((frame) => {
        const areas = openAreas(memory, frame, sums.length);
        const { id, at } = locate(memory, frame, message, 'output');
        const space = frame.perThread(MOST_ENTRIES * 4);
        const args = outgoingFields.pack({
          x: frame.input(x),
          images,
          length,
          tile,
          minimum,
          maximum,
          modulus: blinding === null ? 0 : blinding.modulus,
          wipe: Number(blinding?.wipe === true),
          tables: tableOf(memory, frame, blinding === null ? null : blinding.rho, images, folded),
          k: folded.length,
          steps: inputSteps(Math.max(-minimum, maximum)),
          message: at,
          messageHigh: highOf(at),
          messageId: id,
          scratch: space.scratch,
          scratchPitch: space.scratchPitch,
          areas: areas.space.scratch,
          areaPitch: areas.space.scratchPitch,
        });
        team.run('outgoing', args, Math.ceil(length / tile));
        if (blinding?.wipe === true) wipeElsewhere(memory, blinding.rho);
        return areas.collect(sums);
      });
    },
    incoming(answer, how, folds, out) {
      const kind = how.unblinding === null ? Int32Array : Uint32Array;
      anArray(answer as Int32Array, kind as Int32ArrayConstructor, 'answer');
      return incoming(answer, how, how.challenges.length === 0, folds, out);
    },
    finish(y, images, finish, out) {
      anArray(y, Int32Array, 'y');
      const how = { images, unblinding: null, bound: LARGEST_BOUND, challenges: [], finish };
      incoming(y, how, false, new Uint32Array(0), out);
    },
    acceptCandidates(bytes, modulus, out) {
      aModulus(modulus);
      const width = modulus === 2 ** 24 - 3 ? 3 : 4;
      const count = anInteger(bytes.length / width, 'candidates', 0, 2 ** 24);
      anArray(out, Uint32Array, 'out');
      if (out.length < count) throw new RangeError('out must have room for every candidate');
      return memory.within((frame) => {
        const from = frame.space(bytes.length);
        new Uint8Array(memory.buffer, from, bytes.length).set(bytes);
        if (memory.owns(out)) return kernels.acceptCandidates(from, count, modulus, out.byteOffset);
        const to = frame.space(count * 4);
        const accepted = kernels.acceptCandidates(from, count, modulus, to);
        out.set(new Uint32Array(memory.buffer, to, accepted));
        return accepted;
      });
    },
  };
}

/** The flags and sums of all threads. */
export interface Areas {
  readonly space: ThreadSpace;
  /** Adds everything up in `sums`; true if no thread raised its flag. */
  collect(sums: Uint32Array): boolean;
}

/** Zeroed areas for `count` sums. They are wiped with the frame. */
export function openAreas(memory: KernelMemory, frame: Frame, count: number): Areas {
  const space = frame.perThread(4 + count * 4, 'zeros');
  const { threads } = memory.team;
  return {
    space,
    collect(sums) {
      let flags = 0;
      sums.fill(0);
      for (let thread = 0; thread < threads; thread++) {
        const area = new Uint32Array(memory.buffer, space.scratch + thread * space.scratchPitch, 1 + count);
        flags |= area[0]!;
        for (let i = 0; i < count; i++) sums[i] = (sums[i]! + area[1 + i]!) % CHECK_MODULUS;
      }
      return flags === 0;
    },
  };
}
