"""Which kernels are shown what, at which sizes. Every size is a case of its own; together they take every path of the code."""
import sums
import verdicts
from collections import namedtuple

Claim = namedtuple('Claim', 'kernel function sizes')

MODULI = (2**24 - 3, 2**31 - 1)
# Kernels that take 4 entries at a time: none, tails alone, one to three vectors, with and without a tail.
FOURS = range(0, 14)
# Kernels that take 8 entries at a time.
EIGHTS = (*range(0, 18), 23, 24, 25)
# count, and terms of a lane before it is reduced: after each vector, after two with one left over, after all of them.
BLOCKS = tuple((n, 2) for n in (*range(0, 10), 15, 16, 17, 25)) + ((16, 4), (24, 4), (25, 4), (33, 4), (31, 2**20))

KINDS = {
    'memory': 'reads only its arrays and the stated bytes behind them, writes only its results',
    'constant': 'no branch, no selection and no address depends on an entry; no division',
    'places': 'the same terms low in the memory, across its middle and at its end',
    'sound': 'flag 1 only if every entry is good',
    'complete': 'flag 1 if every entry is good',
    'result': 'every entry that is written is the one that the specification says',
    'sums': 'the sums are canonical and right modulo q',
}

CLAIMS = [
    Claim('isCanonical', verdicts.is_canonical, [(n, p) for p in MODULI for n in FOURS]),
    Claim('isWithin', verdicts.is_within, [(n,) for n in FOURS]),
    Claim('unblind', verdicts.unblind, [(n, p, place) for p in MODULI for n in FOURS for place in (False, True)]),
    Claim('blind', verdicts.blind, [(n, p) for p in MODULI for n in FOURS]),
    Claim('outgoing', verdicts.outgoing, [(n, p) for p in (0, *MODULI) for n in EIGHTS]),
    Claim('foldOutputs', verdicts.fold_outputs_range, [(n, k, terms) for k in (1, 2) for n, terms in BLOCKS]),
    Claim('foldOutputs', sums.fold_outputs, [(n, k, terms) for k in (1, 2) for n, terms in BLOCKS]),
    Claim('foldOutput', sums.fold_output, BLOCKS),
    Claim('packFolded', sums.pack_folded, [(n, place) for n in EIGHTS for place in (False, True)]),
    Claim('foldInputs', sums.fold_inputs, [(n, k, min(terms // 2, 127)) for k in (1, 2) for n, terms in BLOCKS]),
]
