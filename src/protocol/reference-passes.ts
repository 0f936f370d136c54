/** The two passes by their definition: one primitive after another, over whole arrays. */
import type { TrustedArithmetic } from './arithmetic.js';
import type { Finish, FollowUp, Incoming, Outgoing } from './passes.js';

type Primitives = Pick<
  TrustedArithmetic,
  'blind' | 'unblind' | 'isCanonical' | 'isWithin' | 'foldInput' | 'foldOutput' | 'requantize' | 'addBias' | 'add'
> &
  Pick<TrustedArithmetic, 'rescale' | 'lookup' | 'pool'>;

/** See `TrustedArithmetic.outgoing`. */
export function outgoing(
  arithmetic: Primitives,
  x: Int16Array,
  { images, range, blinding, folded }: Outgoing,
  message: Int16Array | Uint32Array,
  sums: Uint32Array,
): boolean {
  const length = x.length / images;
  for (let image = 0; image < images; image++) {
    const one = x.subarray(image * length, (image + 1) * length);
    const to = message.subarray(image * length, (image + 1) * length);
    if (blinding === null) to.set(one);
    else arithmetic.blind(one, blinding.rho[image]!, blinding.modulus, to as Uint32Array);
    folded.forEach((vector, t) => {
      sums[image * folded.length + t] = arithmetic.foldInput(vector.subarray(0, length), one);
    });
  }
  if (blinding?.wipe === true) for (const rho of blinding.rho) rho.fill(0);
  return x.every((value) => value >= range.minimum && value <= range.maximum);
}

/** See `TrustedArithmetic.incoming`. */
export function incoming(
  arithmetic: Primitives,
  answer: Int32Array | Uint32Array,
  { images, unblinding, bound, challenges, finish }: Incoming,
  folds: Uint32Array,
  out: Int16Array | Int32Array,
): boolean {
  const copy = answer.slice();
  const y = new Int32Array(copy.length);
  const length = copy.length / images;
  let good = true;
  for (let image = 0; image < images; image++) {
    const from = copy.subarray(image * length, (image + 1) * length);
    const one = y.subarray(image * length, (image + 1) * length);
    if (unblinding === null) {
      one.set(from);
      good = arithmetic.isWithin(one, bound) && good;
    } else {
      good = arithmetic.unblind(from as Uint32Array, unblinding.u[image]!, unblinding.modulus, bound, one) && good;
    }
    challenges.forEach((s, t) => {
      folds[image * challenges.length + t] = good ? arithmetic.foldOutput(s, one, bound) : 0;
    });
  }
  if (unblinding?.wipe === true) for (const u of unblinding.u) u.fill(0);
  if (challenges.length === 0) {
    good = unblinding === null || arithmetic.isCanonical(copy as Uint32Array, unblinding.modulus);
    for (let index = 0; index < y.length; index++) y[index] = Math.max(-bound, Math.min(bound, y[index]!));
  }
  if (!good) return false;
  if (finish === null) out.set(y);
  else finishAll(arithmetic, y, finish, out);
  return true;
}

/** See `TrustedArithmetic.finish`. */
export function finishAll(arithmetic: Primitives, y: Int32Array, finish: Finish, out: Int16Array | Int32Array): void {
  const { bias, requantization, followUps } = finish;
  if (requantization === null) {
    arithmetic.addBias(y, bias, out as Int32Array);
    return;
  }
  let value = new Int16Array(y.length);
  arithmetic.requantize(y, bias, requantization, value);
  for (const followUp of followUps) value = followed(arithmetic, value, followUp, out.length);
  out.set(value);
}

function followed(
  arithmetic: Primitives,
  value: Int16Array<ArrayBuffer>,
  followUp: FollowUp,
  pooled: number,
): Int16Array<ArrayBuffer> {
  const next = new Int16Array(followUp.kind === 'pool' ? pooled : value.length);
  if (followUp.kind === 'rescale') arithmetic.rescale(value, followUp.how, next);
  else if (followUp.kind === 'add') arithmetic.add(value, followUp.other, followUp.how, next);
  else if (followUp.kind === 'lookup') arithmetic.lookup(value, followUp.table, followUp.minimum, next);
  else arithmetic.pool(value, followUp.shape, followUp.how, next);
  return next;
}
