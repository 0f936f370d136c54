"""Faults put into the program, each of which a kind of claim must notice. A fault that cannot be put is a failure too."""
from collections import namedtuple
from copy import deepcopy

import sums
import verdicts
from text import Program, nodes

Mutant = namedtuple('Mutant', 'kernel says edits kind function size')

P24, M31 = 2**24 - 3, 2**31 - 1
ALL = None


def renamed(new):
    def edit(node):
        node[0] = new

    return edit


def all_ones(node):
    node[:] = ['i64.const', '-1']


def first_operand(node):
    node[:] = node[1]


def further(offset):
    def edit(node):
        node.insert(1, f'offset={offset}')

    return edit


def constant(value):
    def edit(node):
        node[1] = str(value)

    return edit


def but_last_lane(node):
    node[1] = ['v128.and', node[1], ['v128.const', 'i32x4', '-1', '-1', '-1', '0']]


def until_seen(local):
    """A loop that ends early, once a vector is not zero."""

    def edit(node):
        node[1] = ['i32.and', node[1], ['i32.eqz', ['v128.any_true', ['local.get', local]]]]

    return edit


def where_value_says(node):
    address, value = node[1:]
    node[1] = ['i32.add', address, ['i32.and', value, ['i32.const', '4']]]


def mutated(program, mutant):
    """The program with the fault: each edit is an instruction, which of its occurrences in the kernel, and what happens to it."""
    names = program.reached_from(mutant.kernel)
    functions = {**program.functions, **{name: deepcopy(program.function(name)) for name in names}}
    for instruction, which, edit in mutant.edits:
        found = [node for name in names for node in nodes(functions[name]) if node[0] == instruction]
        chosen = found if which is ALL else found[which : which + 1 or None]
        if not chosen:
            raise LookupError(f'{mutant.kernel} has no {instruction} number {which}')
        for node in chosen:
            edit(node)
    return Program(program.exports, functions)


def mutant(kernel, says, instruction, which, edit, kind, function, *size):
    return Mutant(kernel, says, [(instruction, which, edit)], kind, function, size)


V, S = verdicts, sums
# Of one challenge: its function is the last.
FORGOTTEN_TAIL = [('i32x4.min_s', -1, first_operand), ('i32x4.max_s', -1, first_operand)]
MUTANTS = [
    mutant('isCanonical', 'p passes in a vector', 'i32x4.ge_u', 0, renamed('i32x4.gt_u'), 'sound', V.is_canonical, 4, P24),
    mutant('isCanonical', 'p passes in the tail', 'i32.ge_u', 0, renamed('i32.gt_u'), 'sound', V.is_canonical, 5, M31),
    mutant('isCanonical', 'the last lane is skipped', 'v128.any_true', 0, but_last_lane, 'sound', V.is_canonical, 4, M31),
    mutant('isCanonical', 'a vector too many', 'i32.const', 0, constant(3), 'memory', V.is_canonical, 3, P24),
    mutant('isWithin', 'B itself is refused', 'i32x4.gt_s', 0, renamed('i32x4.ge_s'), 'complete', V.is_within, 4),
    mutant('isWithin', 'the least is forgotten', 'i32x4.min_s', 0, first_operand, 'sound', V.is_within, 4),
    mutant('isWithin', 'ends at the first bad entry', 'if', 0, until_seen('$5'), 'constant', V.is_within, 8),
    mutant('unblind', 'either flag is enough', 'i32.or', 0, renamed('i32.and'), 'sound', V.unblind, 4, P24, False),
    mutant('unblind', 'the tail is not checked', 'i32.or', 1, first_operand, 'sound', V.unblind, 5, M31, False),
    mutant('unblind', 'p passes in the tail', 'i32.le_u', 0, renamed('i32.lt_u'), 'sound', V.unblind, 1, P24, True),
    mutant('unblind', '-B itself is refused', 'i32x4.lt_s', 1, renamed('i32x4.le_s'), 'complete', V.unblind, 4, M31, False),
    mutant('unblind', 'u of the next entry', 'v128.load', 1, further(4), 'result', V.unblind, 6, P24, False),
    mutant('unblind', 'u behind its end', 'v128.load', 1, further(4), 'memory', V.unblind, 4, P24, False),
    mutant('unblind', 'half is p - 2', 'i32.shr_s', 0, renamed('i32.sub'), 'result', V.unblind, 4, P24, False),
    mutant('unblind', 'writes where the value says', 'i32.store', 0, where_value_says, 'constant', V.unblind, 3, P24, False),
    mutant('unblind', 'divides', 'i32.shr_s', 0, renamed('i32.div_s'), 'constant', V.unblind, 4, P24, False),
    mutant('blind', 'no reduction in the tail', 'i64.sub', 0, first_operand, 'result', V.blind, 1, P24),
    mutant('outgoing', 'the minimum is not checked', 'v128.or', 0, first_operand, 'sound', V.outgoing, 8, P24),
    mutant('outgoing', 'the maximum itself is refused', 'i16x8.gt_s', 0, renamed('i16x8.ge_s'), 'complete', V.outgoing, 8, 0),
    mutant('outgoing', 'pad of the next entry', 'v128.load', 1, further(4), 'result', V.outgoing, 9, P24),
    mutant('outgoing', 'no pad', 'i32x4.add', 0, first_operand, 'result', V.outgoing, 8, M31),
    mutant('outgoing', 'writes behind the message', 'v128.store', -1, further(16), 'memory', V.outgoing, 8, 0),
    mutant('foldOutputs', 'B itself is refused', 'i32x4.gt_s', ALL, renamed('i32x4.ge_s'), 'complete', V.fold_outputs_range, 9, 1, 2),
    mutant('foldOutputs', 'the least is forgotten', 'i32x4.min_s', ALL, first_operand, 'sound', V.fold_outputs_range, 8, 2, 2),
    Mutant('foldOutputs', 'the tail is forgotten', FORGOTTEN_TAIL, 'sound', V.fold_outputs_range, (7, 1, 2)),
    mutant('foldOutputs', 'addresses are signed', 'i32.gt_u', ALL, renamed('i32.gt_s'), 'places', V.fold_outputs_range, 16, 1, 4),
    mutant('foldOutputs', 'a lane is taken twice', 'i64x2.extmul_high_i32x4_s', 0, renamed('i64x2.extmul_low_i32x4_s'), 'sums', S.fold_outputs, 8, 2, 2),
    mutant('foldOutputs', 'the residue q is left', 'i64.sub', ALL, all_ones, 'sums', S.fold_outputs, 1, 1, 2),
    mutant('foldOutput', 'a bit of the sum is lost', 'i64.shr_s', 0, renamed('i64.shr_u'), 'sums', S.fold_output, 7, 2),
    mutant('packFolded', 'the last block is not cut', 'v128.and', 2, first_operand, 'result', S.pack_folded, 3, False),
    mutant('foldInputs', 'high words count as low ones', 'i64.shl', ALL, first_operand, 'sums', S.fold_inputs, 8, 1, 1),
    mutant('foldInputs', 'entries behind the last count', 'i16x8.gt_s', ALL, renamed('i16x8.ge_s'), 'sums', S.fold_inputs, 7, 1, 1),
]
