"""What is shown of the verdict-carrying kernels, each as a function that yields (claim, proved)."""
from z3 import ULT, And, BitVec, Not, Or, SignExt, SolverFor, ZeroExt, If, unsat

from wasm import Machine, Memory, b32

P24 = 2 ** 24 - 3
M31 = 2 ** 31 - 1
NAMES = {P24: 'P24', M31: 'M31'}
LIMIT_MS = 120_000

FIRST, SECOND, THIRD, FOURTH = 1000, 2000, 3000, 4000


def proved(hypotheses, goal):
    """True if no assignment satisfies the hypotheses and not the goal."""
    solver = SolverFor('QF_BV')
    solver.set('timeout', LIMIT_MS)
    solver.add(*hypotheses)
    solver.add(Not(goal))
    return solver.check() == unsat


def inside(value, bound):
    """|value| <= bound, without overflow; both signed."""
    wide, limit = SignExt(32, value), SignExt(64 - bound.size(), bound)
    return And(wide <= limit, -wide <= limit)


def keeps_to(memory, what):
    yield f'{what}: reads nothing but its arrays', not memory.foreign_reads
    yield f'{what}: writes nothing but its arrays', not memory.foreign_writes


def each(what, hypotheses, goals):
    yield f'{what}, for every entry', all(proved(hypotheses, goal) for goal in goals)


def fold_outputs(module, count, k):
    """foldOutputs(s, pitch, k, y, count, bound, terms, sums): the flag of the range check that rides on the fold."""
    memory = Memory()
    memory.words(FIRST, 's', count)
    memory.words(SECOND, 't', count)
    y = memory.words(THIRD, 'y', count)
    memory.words(FOURTH, 'sum', 2)
    bound = BitVec('bound', 32)
    arguments = [b32(FIRST), b32(SECOND - FIRST), b32(k), b32(THIRD), b32(count), bound, b32(4), b32(FOURTH)]
    flag = Machine(module, memory).run('foldOutputs', arguments)
    what = f'foldOutputs, {count} entries, k = {k}'
    yield from keeps_to(memory, what)
    yield from each(f'{what}: flag 1 means |y| <= B', [bound >= 0, flag == 1], [inside(value, bound) for value in y])
    # Whether the flag can be 1 at all: zeros are always within.
    zeros = [value == 0 for value in y]
    yield f'{what}: zeros are accepted', proved([bound >= 0, *zeros], flag == 1)
    yield f'{what}: the flag is 0 or 1', proved([bound >= 0], Or(flag == 0, flag == 1))


def is_within(module, count):
    memory = Memory()
    y = memory.words(FIRST, 'y', count)
    bound = BitVec('bound', 32)
    flag = Machine(module, memory).run('isWithin', [b32(FIRST), b32(count), bound])
    what = f'isWithin, {count} entries'
    yield from keeps_to(memory, what)
    good = [inside(value, bound) for value in y]
    yield from each(f'{what}: flag 1 means |y| <= B', [bound >= 0, flag == 1], good)
    # Of more entries than one vector the solver does not finish with this direction.
    if count <= 4:
        yield f'{what}: if every |y| <= B the flag is 1', proved([bound >= 0, *good], flag == 1)


def is_canonical(module, count, modulus):
    memory = Memory()
    z = memory.words(FIRST, 'z', count)
    flag = Machine(module, memory).run('isCanonical', [b32(FIRST), b32(count), b32(modulus)])
    what = f'isCanonical, {count} entries, {NAMES[modulus]}'
    yield from keeps_to(memory, what)
    good = [ULT(value, b32(modulus)) for value in z]
    yield from each(f'{what}: flag 1 means z < p', [flag == 1], good)
    yield f'{what}: if every z < p the flag is 1', proved(good, flag == 1)


def unblind(module, count, modulus):
    """unblind(z, u, count, modulus, bound, out)."""
    memory = Memory()
    z, u = memory.words(FIRST, 'z', count), memory.words(SECOND, 'u', count)
    memory.room(THIRD, 4 * count)
    bound = BitVec('bound', 32)
    arguments = [b32(FIRST), b32(SECOND), b32(count), b32(modulus), bound, b32(THIRD)]
    flag = Machine(module, memory).run('unblind', arguments)
    what = f'unblind, {count} entries, {NAMES[modulus]}'
    yield from keeps_to(memory, what)
    pads = [ULT(value, b32(modulus)) for value in u]
    half = (modulus - 1) // 2
    canonical, range_, written = [], [], []
    for index, (zi, ui) in enumerate(zip(z, u)):
        difference = ZeroExt(32, zi) - ZeroExt(32, ui)
        y = If(difference > half, difference - modulus, If(difference < -half, difference + modulus, difference))
        canonical.append(ULT(zi, b32(modulus)))
        range_.append(And(y <= SignExt(32, bound), -y <= SignExt(32, bound)))
        written.append(SignExt(32, memory.load(THIRD + 4 * index, 4)) == y)
    accepted = [bound >= 0, *pads, flag == 1]
    yield from each(f'{what}: flag 1 means z < p', accepted, canonical)
    yield from each(f'{what}: flag 1 means |balanced(z - u)| <= B', accepted, range_)
    yield from each(f'{what}: out = balanced(z - u mod p) where z < p', [*pads, *canonical], written)


def outgoing(module, count, modulus):
    """outgoing(x, count, minimum, maximum, modulus, pad, out), for every declared range that holds 0."""
    memory = Memory()
    x, rho = memory.words(FIRST, 'x', count, 2), memory.words(SECOND, 'rho', count)
    memory.room(THIRD, (4 if modulus else 2) * count)
    least, most = BitVec('least', 32), BitVec('most', 32)
    arguments = [b32(FIRST), b32(count), least, most, b32(modulus), b32(SECOND), b32(THIRD)]
    flag = Machine(module, memory).run('outgoing', arguments)
    what = f'outgoing, {count} entries, {NAMES.get(modulus, "in the clear")}'
    yield from keeps_to(memory, what)
    declared = [least >= -32768, least <= 0, most >= 0, most <= 32767]
    pads = [ULT(value, b32(modulus)) for value in rho] if modulus else []
    written = []
    for index, (xi, ri) in enumerate(zip(x, rho)):
        if modulus == 0:
            written.append(memory.load(THIRD + 2 * index, 2) == xi)
            continue
        sum_ = SignExt(48, xi) + ZeroExt(32, ri)
        message = If(sum_ < 0, sum_ + modulus, If(sum_ >= modulus, sum_ - modulus, sum_))
        written.append(ZeroExt(32, memory.load(THIRD + 4 * index, 4)) == message)
    name = 'x' if modulus == 0 else '(x + rho) mod p'
    yield from each(f'{what}: the message is {name}', pads, written)
    ranges = [And(SignExt(16, xi) >= least, SignExt(16, xi) <= most) for xi in x]
    yield from each(f'{what}: flag 1 means x in the declared range', [*declared, flag == 1], ranges)
    yield f'{what}: if every x is in it the flag is 1', proved([*declared, *ranges], flag == 1)
