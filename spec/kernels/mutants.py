"""Defects put into the kernels on purpose: each must make a claim fail, or the claims say nothing."""
import re
from collections import namedtuple

from claims import M31, P24

# `pattern` is replaced in the exported function or in those that it calls, at its occurrence number `which`.
Mutant = namedtuple('Mutant', 'what goal arguments export pattern replacement which')

TAIL = r'\(i32\.gt_s \(local\.get (\$\d+)\) \(local\.get (\$\d+)\) \) \(then'
SHORT_TAIL = r'(i32.gt_s (i32.sub (local.get \1) (i32.const 1) ) (local.get \2) ) (then'
VECTORS = r'\(i32\.const 4\) \) \) \(then'


def op(what, goal, arguments, export, old, new, which=0):
    return Mutant(what, goal, arguments, export, re.escape(f'({old} '), f'({new} ', which)


MUTANTS = [
    op('isWithin looks at one side in vectors only', 'is_within', (4,), 'isWithin', 'v128.or', 'v128.and'),
    op('isWithin forgets the largest entry', 'is_within', (9,), 'isWithin', 'i32x4.max_s', 'i32x4.min_s'),
    op('isWithin forgets what came before the tail', 'is_within', (9,), 'isWithin', 'i32.or', 'i32.and'),
    op('isWithin refuses |y| = B', 'is_within', (4,), 'isWithin', 'i32x4.gt_s', 'i32x4.ge_s'),
    Mutant('isWithin skips the last entry', 'is_within', (9,), 'isWithin', TAIL, SHORT_TAIL, 0),
    Mutant('isWithin reads past its array', 'is_within', (9,), 'isWithin', VECTORS, '(i32.const 3) ) ) (then', 0),
    Mutant(
        'isWithin goes on as an entry says', 'is_within', (9,), 'isWithin',
        r'\(i32\.const 1\) \) \) \(br', '(i32.ne (i32.load (local.get $0) ) (i32.const 7) ) ) ) (br', 0,
    ),
    op('isCanonical takes p itself, in vectors', 'is_canonical', (4, P24), 'isCanonical', 'i32x4.ge_u', 'i32x4.gt_u'),
    op('isCanonical takes p itself, in the tail', 'is_canonical', (1, M31), 'isCanonical', 'i32.ge_u', 'i32.gt_u'),
    op('isCanonical compares with a sign', 'is_canonical', (4, P24), 'isCanonical', 'i32x4.max_u', 'i32x4.max_s'),
    op('unblind takes p itself, in vectors', 'unblind', (4, P24), 'unblind', 'i32x4.ge_u', 'i32x4.gt_u'),
    op('unblind takes p itself, in the tail', 'unblind', (1, M31), 'unblind', 'i32.le_u', 'i32.lt_u'),
    op('unblind looks at one side in vectors only', 'unblind', (4, P24), 'unblind', 'v128.or', 'v128.and'),
    op('unblind balances (p - 1) / 2 wrongly', 'unblind', (4, M31), 'unblind', 'i32x4.gt_s', 'i32x4.ge_s'),
    op('unblind forgets the least entry', 'unblind', (4, M31), 'unblind', 'i32x4.min_s', 'i32x4.max_s'),
    op('unblind adds u', 'unblind', (4, P24), 'unblind', 'i32x4.sub', 'i32x4.add', 1),
    Mutant('unblind skips the last entry', 'unblind', (6, P24), 'unblind', TAIL, SHORT_TAIL, 0),
    op('outgoing looks at one side only', 'outgoing', (8, P24), 'outgoing', 'v128.or', 'v128.and'),
    op('outgoing refuses the edge of the range', 'outgoing', (8, 0), 'outgoing', 'i16x8.gt_s', 'i16x8.ge_s'),
    op('outgoing does not reduce', 'outgoing', (8, M31), 'outgoing', 'i32x4.min_u', 'i32x4.max_u', 1),
    Mutant('outgoing writes four entries twice', 'outgoing', (8, P24), 'outgoing', r'v128\.store offset=16', 'v128.store', 0),
    Mutant('outgoing blinds with the wrong pad', 'outgoing', (8, P24), 'outgoing', r'v128\.load offset=16', 'v128.load', 0),
    op('outgoing reduces the tail wrongly', 'outgoing', (1, P24), 'outgoing', 'i64.sub', 'i64.add'),
    op('foldOutputs looks at one side only, k = 1', 'fold_outputs', (4, 1), 'foldOutputs', 'v128.or', 'v128.and', 1),
    op('foldOutputs looks at one side only, k = 2', 'fold_outputs', (4, 2), 'foldOutputs', 'v128.or', 'v128.and'),
    op('foldOutputs forgets the largest entry, k = 2', 'fold_outputs', (9, 2), 'foldOutputs', 'i32x4.max_s', 'i32x4.min_s', 1),
    op('foldOutputs forgets the least entry, k = 1', 'fold_outputs', (9, 1), 'foldOutputs', 'i32x4.min_s', 'i32x4.max_s', 3),
]


def mutated(text, mutant):
    """The module's text with the defect in it. Raises LookupError where there is no such place."""
    (name,) = re.findall(rf'\(export "{mutant.export}" \(func (\$\w+)\)\)', text)
    seen, waiting, left = set(), [name], mutant.which
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        start = text.index(f'\n (func {name} ') + 1
        end = text.index('\n )\n', start)
        flat = re.sub(r'\s+', ' ', text[start:end])
        places = list(re.finditer(mutant.pattern, flat))
        if left < len(places):
            place = places[left]
            changed = flat[:place.start()] + place.expand(mutant.replacement) + flat[place.end():]
            return text[:start] + ' ' + changed.strip() + text[end:]
        left -= len(places)
        waiting += re.findall(r'\(call (\$\w+)', flat)
    raise LookupError(f'the kernels have no place for the mutant: {mutant.what}')
