"""The kernels that fold: what they leave as sums, modulo q = 2^31 - 1. Every product of two entries is a name."""
import z3

from bits import sign_extend
from congruence import Q, Congruence, Form, NotShown, combined, entry_atom, product_atom
from run import Array, Finding, pitch_of, run_everywhere, words
from solver import OPEN, SHOWN
from verdicts import ENTRIES

INT16 = (-(2**15), 2**15 - 1)
INT32 = (-(2**31), 2**31 - 1)
CANONICAL = (0, Q - 1)


def ranged(terms, ends):
    return [(term, *ends) for term in terms]


def product(left, right, factor=1):
    return factor, Form({product_atom(left, right): 1}, 0, 0)


def before(total):
    return 1, Form({entry_atom(total): 1}, 0, 0)


def sum_finding(run, congruence, term, expected):
    """The term is canonical, and congruent to the expected combination of atoms."""
    try:
        form = congruence.form(term)
    except NotShown as why:
        return Finding('sums', OPEN, str(why))
    right = form.parts == combined(*expected).parts and 0 <= form.low and form.high < Q
    return Finding('sums', SHOWN if right else OPEN, '' if right else 'another combination, or not canonical')


def fold_outputs(program, count, k, terms):
    """sums[t] + <s_t, y>; `terms` products together are below 2^63, which is what foldTerms(B) says."""
    y, sums = words('y', count), words('sum', k)
    challenges = [Array(f's{t}', words(f's{t}.', count)) for t in range(k)]
    arrays = [*challenges, Array('y', y), Array('sums', sums, writable=True)]
    arguments = ['s0', pitch_of(challenges), k, 'y', count, z3.BitVec('bound', 32), terms, 'sums']
    run, found = run_everywhere(program, 'foldOutputs', arrays, arguments)
    yield from found
    if run:
        ranges = ranged(y, INT32) + ranged(sums, CANONICAL) + [r for s in challenges for r in ranged(s.terms, CANONICAL)]
        congruence = Congruence(run.recorder, ranges, (2**63 - 1) // terms)
        for s, total, after in zip(challenges, sums, run.after('sums')):
            yield sum_finding(run, congruence, after, [before(total), *(product(a, b) for a, b in zip(s.terms, y))])


def fold_output(program, count, terms):
    """<s, y>, returned."""
    s, y = words('s', count), words('y', count)
    run, found = run_everywhere(program, 'foldOutput', [Array('s', s), Array('y', y)], ['s', 'y', count, terms])
    yield from found
    if run:
        congruence = Congruence(run.recorder, ranged(y, INT32) + ranged(s, CANONICAL), (2**63 - 1) // terms)
        yield sum_finding(run, congruence, run.result, [product(a, b) for a, b in zip(s, y)])


def packed_words(name, count):
    """Blocks of 8 low words and 8 high words; places behind the last entry hold anything."""
    blocks = [(words(f'{name}low{b}.', 8, 16), words(f'{name}high{b}.', 8, 16)) for b in range((count + 7) // 8)]
    entries = [pair for low, high in blocks for pair in zip(low, high)][:count]
    return [term for low, high in blocks for term in low + high], entries


def fold_inputs(program, count, k, steps):
    """sums[t] + <low_t + 2^16 high_t, x>. `steps` vectors fit an int32 lane, or it is one (inputSteps)."""
    x, sums = words('x', count, 16), words('sum', k)
    folded = [packed_words(f'folded{t}.', count) for t in range(k)]
    packed = [Array(f'folded{t}', terms, slack=32) for t, (terms, _) in enumerate(folded)]
    arrays = [*packed, Array('x', x, slack=16), Array('sums', sums, writable=True)]
    arguments = ['folded0', pitch_of(packed), k, 'x', count, steps, 'sums']
    run, found = run_everywhere(program, 'foldInputs', arrays, arguments)
    yield from found
    if run:
        largest = INT32[1] // (steps * 2**16)
        ends = INT16 if steps == 1 else (-largest, largest)
        ranges = ranged(x, ends) + ranged(sums, CANONICAL) + [r for terms, _ in folded for r in ranged(terms, INT16)]
        congruence = Congruence(run.recorder, ranges)
        for (_, entries), total, after in zip(folded, sums, run.after('sums')):
            lows = [product(v, low) for v, (low, _) in zip(x, entries)]
            highs = [product(v, high, 2**16) for v, (_, high) in zip(x, entries)]
            yield sum_finding(run, congruence, after, [before(total), *lows, *highs])


def pack_folded(program, count, in_place):
    """low + 2^16 high is the balanced residue; the last block is filled up with zeros."""
    blocks = (count + 7) // 8
    folded = words('folded', count)
    out = words('old', 16 * blocks, 16)
    if in_place:
        # In place the array takes whole blocks; what lies behind the entries is anything.
        arrays = [Array('folded', folded + words('old', 8 * blocks - count), writable=True)]
    else:
        arrays = [Array('folded', folded, slack=28), Array('out', out, writable=True)]
    name = 'folded' if in_place else 'out'
    run, found = run_everywhere(program, 'packFolded', arrays, ['folded', count, name])
    yield from found
    if not run:
        return
    halves = [run.memory.term(run.arguments[2] + 2 * i, 16) for i in range(16 * blocks)]
    for i in range(8 * blocks):
        low, high = halves[16 * (i // 8) + i % 8], halves[16 * (i // 8) + 8 + i % 8]
        value = sign_extend(low, 32) + (sign_extend(high, 32) << 16)
        r = folded[i] if i < count else z3.BitVecVal(0, 32)
        right = z3.And(value == z3.If(r > Q // 2, r - Q, r), high >= -(2**14), high <= 2**14)
        yield Finding('result', ENTRIES.decide(run.recorder, [z3.ULT(r, Q)], right, folded[i : i + 1] if i < count else []), '')
