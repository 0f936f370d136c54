"""
Bit vectors as z3 terms, and vectors of 128 bits as 16 bytes, each of which is a byte of some term. Only constants are
simplified: a symbolic term stays as the program built it, so that equal computations give the same term.
"""
import z3


def constant(value, width):
    return z3.BitVecVal(value, width)


def is_constant(term):
    return z3.is_bv_value(term)


def folded(term, *operands):
    return z3.simplify(term) if all(is_constant(operand) for operand in operands) else term


def choose(condition, then, other, *operands):
    return folded(z3.If(condition, then, other), *operands)


def bit(condition, *operands):
    return choose(condition, constant(1, 32), constant(0, 32), *operands)


def mask(condition, width, *operands):
    return choose(condition, constant(-1, width), constant(0, width), *operands)


def extract(term, low, width):
    """`width` bits of a term from bit `low` on."""
    if low == 0 and width == term.size():
        return term
    kind = term.decl().kind()
    if low == 0 and kind in (z3.Z3_OP_SIGN_EXT, z3.Z3_OP_ZERO_EXT) and width <= term.arg(0).size():
        return extract(term.arg(0), 0, width)
    return folded(z3.Extract(low + width - 1, low, term), term)


def sign_extend(term, width):
    return term if width == term.size() else folded(z3.SignExt(width - term.size(), term), term)


def zero_extend(term, width):
    return term if width == term.size() else folded(z3.ZeroExt(width - term.size(), term), term)


def conjunction(a, b):
    for x, y in ((a, b), (b, a)):
        if is_constant(x) and x.as_long() == 0:
            return x
        if is_constant(x) and x.as_signed_long() == -1:
            return y
    return folded(a & b, a, b)


def cells(term):
    """The bytes of a term, lowest first: pairs of a term and a place in it."""
    return tuple((term, place) for place in range(term.size() // 8))


def joined(parts):
    """The term whose bytes these are."""
    runs = []
    for term, place in parts:
        if runs and runs[-1][0].eq(term) and runs[-1][1] + runs[-1][2] == place:
            runs[-1][2] += 1
        else:
            runs.append([term, place, 1])
    terms = [extract(term, 8 * first, 8 * length) for term, first, length in runs]
    return terms[0] if len(terms) == 1 else folded(z3.Concat(*reversed(terms)), *terms)


def lanes(vector, width):
    step = width // 8
    return [joined(vector[at : at + step]) for at in range(0, 16, step)]


def vector(terms):
    return tuple(cell for term in terms for cell in cells(term))


def pieces(*vectors, low=0, length=8):
    """The vectors cut in the same places, as terms: into the longest pieces that are whole terms or constants in each."""
    for at in range(low, 16 if length == 8 else low + 2 * length, length):
        parts = [v[at : at + length] for v in vectors]
        if length == 1 or all(_whole(part) for part in parts):
            yield [joined(part) for part in parts]
        else:
            yield from pieces(*vectors, low=at, length=length // 2)


def _whole(part):
    if all(is_constant(term) for term, _ in part):
        return True
    first = part[0][0]
    return first.size() == 8 * len(part) and all(t.eq(first) and place == i for i, (t, place) in enumerate(part))
