"""The kernels whose flag is a part of the verdict: what the flag says, and what is written beside it."""
import z3

import bits
from bits import sign_extend, zero_extend
from run import Array, Finding, pitch_of, run_everywhere, words
from solver import EntryGoals, decide

ENTRIES = EntryGoals()


def flag_findings(run, flag, entries, promises, thresholds, opaque=()):
    """flag = 1 exactly if every entry is good; and it is 0 or 1 whatever the entries are."""
    either = z3.Or(flag == 0, flag == 1)
    sound = z3.And(either, z3.Implies(flag == 1, z3.And(*entries)))
    complete = z3.Implies(z3.And(*entries), flag == 1)
    for kind, goal in (('sound', sound), ('complete', complete)):
        yield Finding(kind, decide(run.recorder, promises, goal, thresholds, opaque), '')


def within(bound):
    return lambda y: z3.And(y <= bound, y >= -bound)


def bound_variable():
    """B, from 0 to 2^31 - 1."""
    bound = z3.BitVec('bound', 32)
    return bound, [bound >= 0], [('max_s', bound), ('min_s', -bound)]


def balanced(z, u, p):
    """balanced(z - u) of canonical z and u, in 64 bits."""
    d = zero_extend(z, 64) - zero_extend(u, 64)
    half = (p - 1) // 2
    return z3.If(d > half, d - p, z3.If(d < -half, d + p, d))


def is_canonical(program, count, p):
    z = words('z', count)
    run, found = run_everywhere(program, 'isCanonical', [Array('z', z)], ['z', count, p])
    yield from found
    if run:
        canonical = [z3.ULT(x, p) for x in z]
        yield from flag_findings(run, run.result, canonical, [], [('max_u', bits.constant(p, 32))])


def is_within(program, count):
    y = words('y', count)
    bound, promises, thresholds = bound_variable()
    run, found = run_everywhere(program, 'isWithin', [Array('y', y)], ['y', count, bound])
    yield from found
    if run:
        yield from flag_findings(run, run.result, [within(bound)(x) for x in y], promises, thresholds)


def unblind(program, count, p, in_place):
    z, u = words('z', count), words('u', count)
    bound, promises, thresholds = bound_variable()
    arrays = [Array('z', z, writable=in_place), Array('u', u)]
    out = 'z' if in_place else 'out'
    if not in_place:
        arrays.append(Array('out', words('old', count), writable=True))
    run, found = run_everywhere(program, 'unblind', arrays, ['z', 'u', count, p, bound, out])
    yield from found
    if not run:
        return
    y = run.after(out)
    good = [z3.And(z3.ULT(zi, p), within(bound)(yi)) for zi, yi in zip(z, y)]
    yield from flag_findings(run, run.result, good, promises, [*thresholds, ('max_u', bits.constant(p, 32))], opaque=y)
    for zi, ui, yi in zip(z, u, y):
        right = sign_extend(yi, 64) == balanced(zi, ui, p)
        yield Finding('result', ENTRIES.decide(run.recorder, [z3.ULT(zi, p), z3.ULT(ui, p)], right, [zi, ui]), '')


def fold_outputs_range(program, count, k, terms):
    y = words('y', count)
    bound, promises, thresholds = bound_variable()
    challenges = [Array(f's{t}', words(f's{t}.', count)) for t in range(k)]
    arrays = [*challenges, Array('y', y), Array('sums', words('sum', k), writable=True)]
    pitch = pitch_of(challenges)
    run, found = run_everywhere(program, 'foldOutputs', arrays, ['s0', pitch, k, 'y', count, bound, terms, 'sums'])
    yield from found
    if run:
        yield from flag_findings(run, run.result, [within(bound)(x) for x in y], promises, thresholds)


def outgoing(program, count, p):
    """p = 0: x itself is the message."""
    x, pad = words('x', count, 16), words('pad', count)
    least, most = z3.BitVecs('least most', 16)
    arrays = [Array('x', x), Array('out', words('old', count, 32 if p else 16), writable=True)]
    if p:
        arrays.append(Array('pad', pad))
    arguments = ['x', count, sign_extend(least, 32), sign_extend(most, 32), p, 'pad' if p else 0, 'out']
    run, found = run_everywhere(program, 'outgoing', arrays, arguments)
    yield from found
    if not run:
        return
    good = [z3.And(v >= least, v <= most) for v in x]
    yield from flag_findings(run, run.result, good, [], [('min_s', least), ('max_s', most)])
    for xi, ri, message in zip(x, pad, run.after('out')):
        yield Finding('result', message_right(run, xi, ri, message, p), '')


def message_right(run, x, pad, message, p):
    if p == 0:
        return ENTRIES.decide(run.recorder, [], message == x, [x])
    d = sign_extend(x, 64) + zero_extend(pad, 64)
    right = zero_extend(message, 64) == z3.If(d < 0, d + p, z3.If(d >= p, d - p, d))
    return ENTRIES.decide(run.recorder, [z3.ULT(pad, p)], right, [x, pad])


def blind(program, count, p):
    x, pad = words('x', count, 16), words('pad', count)
    arrays = [Array('x', x), Array('pad', pad), Array('out', words('old', count), writable=True)]
    run, found = run_everywhere(program, 'blind', arrays, ['x', 'pad', count, p, 'out'])
    yield from found
    for xi, ri, message in zip(x, pad, run.after('out') if run else []):
        yield Finding('result', message_right(run, xi, ri, message, p), '')
