"""Kernels on numbers instead of symbols: many of them at the edges of their ranges. The same for everybody: the seed is fixed."""
import random
from collections import namedtuple

import z3

from congruence import Q
from run import Array, pitch_of

Example = namedtuple('Example', 'kernel arrays arguments')

MODULI = (2**24 - 3, 2**31 - 1)


def entries(draw, count, low, high, width=32):
    edges = [low, low + 1, high - 1, high, (low + high) // 2, 0, 1]
    values = [draw.choice(edges) if draw.random() < 0.4 else draw.randint(low, high) for _ in range(count)]
    return [z3.BitVecVal(value, width) for value in values]


def is_canonical(draw, n, p):
    return [Array('z', entries(draw, n, 0, draw.choice((p - 1, p, 2**32 - 1))))], ['z', n, p]


def is_within(draw, n, _p):
    bound = draw.choice((0, 100, 2**31 - 1))
    return [Array('y', entries(draw, n, -bound - draw.randint(0, 1), bound))], ['y', n, bound]


def unblind(draw, n, p):
    bound = draw.choice((0, p // 4, (p - 1) // 2))
    z = entries(draw, n, 0, draw.choice((p - 1, 2**32 - 1)))
    arrays = [Array('z', z), Array('u', entries(draw, n, 0, p - 1)), Array('out', entries(draw, n, 0, 9), True)]
    return arrays, ['z', 'u', n, p, bound, 'out']


def blind(draw, n, p):
    arrays = [Array('x', entries(draw, n, -(2**15), 2**15 - 1, 16)), Array('pad', entries(draw, n, 0, p - 1))]
    return [*arrays, Array('out', entries(draw, n, 0, 9), True)], ['x', 'pad', n, p, 'out']


def outgoing(draw, n, p):
    p = draw.choice((0, p))
    low, high = draw.choice(((-(2**15), 2**15 - 1), (-128, 127), (0, 255)))
    x = entries(draw, n, max(low - draw.randint(0, 1), -(2**15)), high, 16)
    arrays = [Array('x', x), Array('out', entries(draw, n, 0, 9, 32 if p else 16), True)]
    if p:
        arrays.append(Array('pad', entries(draw, n, 0, p - 1)))
    return arrays, ['x', n, low, high, p, 'pad' if p else 0, 'out']


def fold_outputs(draw, n, _p):
    k = draw.choice((1, 2))
    bound = draw.choice((1, 2**20, 2**31 - 1))
    terms = min((2**63 - 1) // ((Q - 1) * bound), 2**30)
    challenges = [Array(f's{t}', entries(draw, n, 0, Q - 1)) for t in range(k)]
    y = Array('y', entries(draw, n, -bound, bound))
    total = Array('sums', entries(draw, k, 0, Q - 1), True)
    return [*challenges, y, total], ['s0', pitch_of(challenges), k, 'y', n, bound, terms, 'sums']


def fold_output(draw, n, _p):
    return [Array('s', entries(draw, n, 0, Q - 1)), Array('y', entries(draw, n, -(2**31) + 1, 2**31 - 1))], ['s', 'y', n, 2]


def fold_inputs(draw, n, _p):
    k = draw.choice((1, 2))
    largest = draw.choice((1, 128, 2**15))
    whole = 16 * ((n + 7) // 8) + 16
    packed = [Array(f'packed{t}', entries(draw, whole, -(2**15), 2**15 - 1, 16)) for t in range(k)]
    x = Array('x', entries(draw, n + 8, -largest, min(largest, 2**15 - 1), 16))
    steps = max(1, (2**31 - 1) // (largest * 2**16))
    total = Array('sums', entries(draw, k, 0, Q - 1), True)
    return [*packed, x, total], ['packed0', pitch_of(packed), k, 'x', n, steps, 'sums']


def pack_folded(draw, n, _p):
    blocks = (n + 7) // 8
    arrays = [Array('folded', entries(draw, 8 * blocks, 0, Q - 1)), Array('out', entries(draw, 16 * blocks, 0, 9, 16), True)]
    return arrays, ['folded', n, 'out']


KERNELS = {
    'isCanonical': is_canonical,
    'isWithin': is_within,
    'unblind': unblind,
    'blind': blind,
    'outgoing': outgoing,
    'foldOutputs': fold_outputs,
    'foldOutput': fold_output,
    'foldInputs': fold_inputs,
    'packFolded': pack_folded,
}


def examples(kernel, count):
    draw = random.Random(f'slalom {kernel}')
    for i in range(count):
        yield Example(kernel, *KERNELS[kernel](draw, draw.choice((0, 1, 3, 4, 7, 8, 9, 17, 33, 40)), MODULI[i % 2]))
