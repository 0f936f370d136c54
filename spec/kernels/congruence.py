"""
What a term is modulo q = 2^31 - 1, found by walking it. A form says of a term of w bits that it is, modulo 2^w, an integer
that lies in [low, high] and is modulo q a linear combination of atoms: products of two entries, earlier sums, low words.
Products are names here, on both sides: no solver ever multiplies. Rules that take bits apart are shown by z3 for all values.
"""
from collections import namedtuple

import z3

from solver import SHOWN, ask

Q = 2**31 - 1
SIGN = 1 << 63
ONE = 'one'

Form = namedtuple('Form', 'parts low high')


class NotShown(Exception):
    """No rule applies, or an integer may leave its lane where its sign counts."""


def combined(*scaled):
    """The sum of factor * form."""
    parts, low, high = {}, 0, 0
    for factor, form in scaled:
        for atom, part in form.parts.items():
            parts[atom] = (parts.get(atom, 0) + factor * part) % Q
        ends = (factor * form.low, factor * form.high)
        low, high = low + min(ends), high + max(ends)
    return Form({atom: part for atom, part in parts.items() if part != 0}, low, high)


def of_integer(value):
    return Form({ONE: value % Q} if value % Q else {}, value, value)


def product_atom(left, right):
    return ('product', *sorted((left.get_id(), right.get_id())))


def entry_atom(term):
    return ('entry', term.get_id())


class Congruence:
    """`ranges`: entries and the integers they may be; `limit`: the magnitude of a product that the caller promises, or None."""

    def __init__(self, recorder, ranges, limit=None):
        self._ranges = {term.get_id(): (term, low, high) for term, low, high in ranges}
        self._products = {p.variable.get_id(): p for p in recorder.products}
        self._limit = limit
        self._forms = {}

    def form(self, term):
        if term.get_id() not in self._forms:
            self._forms[term.get_id()] = (term, self._walk(term))
        return self._forms[term.get_id()][1]

    def _walk(self, term):
        if z3.is_bv_value(term):
            return of_integer(term.as_signed_long())
        if term.get_id() in self._ranges:
            _, low, high = self._ranges[term.get_id()]
            return Form({entry_atom(term): 1}, low, high)
        if term.get_id() in self._products:
            return self._product(self._products[term.get_id()])
        kind, operands = term.decl().kind(), term.children()
        if kind == z3.Z3_OP_BADD:
            form = combined(*((1, self.form(x)) for x in operands))
            return self._fold_range(operands, form)
        if kind == z3.Z3_OP_BSUB:
            return combined((1, self.form(operands[0])), (-1, self.form(operands[1])))
        if kind == z3.Z3_OP_BAND:
            return self._and(term, operands)
        if kind in (z3.Z3_OP_BASHR, z3.Z3_OP_BLSHR, z3.Z3_OP_BSHL) and z3.is_bv_value(operands[1]):
            return self._shift(kind, operands[0], operands[1].as_long())
        if kind == z3.Z3_OP_SIGN_EXT:
            return self._fitting(operands[0], -(2 ** (operands[0].size() - 1)), 2 ** (operands[0].size() - 1) - 1)
        if kind == z3.Z3_OP_ZERO_EXT:
            return self._fitting(operands[0], 0, 2 ** operands[0].size() - 1)
        if kind == z3.Z3_OP_EXTRACT and term.params()[1] == 0:
            return self.form(operands[0])
        raise NotShown(f'no rule for {term.decl().name()}')

    def _fitting(self, term, least, most):
        form = self.form(term)
        if form.low < least or form.high > most:
            raise NotShown('an integer may leave its lane')
        return form

    def _signed(self, term):
        return self._fitting(term, -(2 ** (term.size() - 1)), 2 ** (term.size() - 1) - 1)

    def _product(self, product):
        factors = []
        for factor in (product.left, product.right):
            form = self._signed(factor)
            while factor.decl().kind() in (z3.Z3_OP_SIGN_EXT, z3.Z3_OP_ZERO_EXT):
                factor = factor.arg(0)
            factors.append((factor, form))
        (left, a), (right, b) = factors
        if not (is_entry(a) and is_entry(b)):
            raise NotShown('a product of something else than entries')
        ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        low, high = (min(ends), max(ends)) if self._limit is None else (-self._limit, self._limit)
        return Form({product_atom(left, right): 1}, low, high)

    def _low(self, term):
        """The low 31 bits of a term, an atom of their own."""
        self._signed(term)
        return Form({('low', term.get_id()): 1}, 0, Q)

    def _high(self, term):
        """v >> 31: v is low + 2^31 * high, and 2^31 is 1."""
        form = self._signed(term)
        parts = combined((1, form), (-1, self._low(term))).parts
        return Form(parts, form.low >> 31, form.high >> 31)

    def _and(self, term, operands):
        for x, y in (operands, reversed(operands)):
            if z3.is_bv_value(y) and y.as_long() == Q and x.size() == 64:
                return self._low(x)
            if z3.is_bv_value(x) or z3.is_bv_value(y):
                continue
            # The last step of a canonical residue: q itself becomes 0.
            r = z3.BitVec('r', term.size())
            step = z3.substitute(term, (x, r))
            if only_variable(step, r) and ask([], step == z3.If(r == Q, z3.BitVecVal(0, r.size()), r)) == SHOWN:
                form = self._fitting(x, 0, Q)
                return Form(form.parts, 0, Q - 1)
        raise NotShown('no rule for this conjunction')

    def _shift(self, kind, term, by):
        if kind == z3.Z3_OP_BSHL:
            return combined((2**by, self.form(term)))
        if by != 31 or term.size() != 64:
            raise NotShown(f'no rule for a shift by {by}')
        if kind == z3.Z3_OP_BASHR:
            return self._high(term)
        if term.decl().kind() == z3.Z3_OP_BXOR and z3.is_bv_value(term.arg(1)) and term.arg(1).as_long() == SIGN:
            return combined((1, self._high(term.arg(0))), (1, of_integer(2**32)))
        self._fitting(term, 0, SIGN - 1)
        return self._high(term)

    def _fold_range(self, operands, form):
        """The sum of a value's low and high word keeps to fewer integers than the two ranges say."""
        if len(operands) != 2:
            return form
        for low, high in (operands, reversed(operands)):
            if low.decl().kind() == z3.Z3_OP_BAND and high.decl().kind() == z3.Z3_OP_BASHR and low.arg(0).eq(high.arg(0)):
                inner = self.form(low.arg(0))
                least, most = folded_range(inner.low, inner.high)
                v = z3.BitVec('v', 64)
                folded = (v & Q) + (v >> 31)
                claim = z3.And(folded >= least, folded <= most)
                if ask([v >= inner.low, v <= inner.high], claim) == SHOWN:
                    return Form(form.parts, max(form.low, least), min(form.high, most))
        return form


def is_entry(form):
    return len(form.parts) == 1 and list(form.parts.values()) == [1]


def only_variable(term, variable):
    seen, waiting = set(), [term]
    while waiting:
        node = waiting.pop()
        if node.get_id() in seen:
            continue
        seen.add(node.get_id())
        if z3.is_const(node) and not z3.is_bv_value(node) and not node.eq(variable):
            return False
        waiting.extend(node.children())
    return True


def folded_range(low, high):
    """The least and the largest (v mod 2^31) + (v div 2^31) for low <= v <= high; z3 is asked whether it is so."""
    first, last = low >> 31, high >> 31
    if first == last:
        return low - first * Q, high - last * Q
    return min(low - first * Q, first + 1), max(high - last * Q, last - 1 + Q)


def lemmas():
    """What the rules say of bits, for all values."""
    v = z3.BitVec('v', 64)
    yield ask([], (v & Q) + ((v >> 31) << 31) == v)
    yield ask([], z3.LShR(v ^ z3.BitVecVal(SIGN, 64), 31) == (v >> 31) + 2**32)
    yield ask([v >= 0], z3.LShR(v, 31) == v >> 31)
