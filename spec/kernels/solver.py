"""
Asks z3 whether a goal follows. First with the least that should do: the extremes known only by what they say about
thresholds, and the terms named in `opaque` replaced by variables, which proves more than was asked. If that does not follow,
with everything as it is; then a counterexample is one.
"""
import z3

from recorder import EXTREMES, Extreme

SHOWN, REFUTED, OPEN = 'shown', 'refuted', 'open'
LIMIT_MS = 20000


def ask(assumptions, goal, limit_ms=LIMIT_MS):
    solver = z3.SolverFor('QF_BV')
    solver.set('timeout', limit_ms)
    solver.add(*assumptions, z3.Not(goal))
    answer = solver.check()
    return SHOWN if answer == z3.unsat else REFUTED if answer == z3.sat else OPEN


def decide(recorder, assumptions, goal, thresholds=(), opaque=()):
    facts = [said(e, c) for e in recorder.extremes for kind, c in thresholds if e.kind == kind]
    names = [(term, z3.BitVec(f'opaque{i}', term.size())) for i, term in enumerate(opaque) if not is_plain(term)]
    hide = lambda formula: z3.substitute(formula, *names) if names else formula
    if ask([hide(f) for f in [*assumptions, *facts]], hide(goal)) == SHOWN:
        return SHOWN
    return ask([*assumptions, *recorder.definitions()], goal)


def is_plain(term):
    return z3.is_const(term)


def said(extreme, threshold):
    """An extreme stays within a threshold exactly if both operands do. `lemmas` shows that it is so."""
    kind, variable, left, right = extreme
    within = {'min_s': lambda v: v >= threshold, 'max_s': lambda v: v <= threshold, 'max_u': lambda v: z3.ULT(v, threshold)}[kind]
    return within(variable) == z3.And(within(left), within(right))


def lemmas():
    """Every kind of `said`, for all operands and thresholds."""
    for kind, meaning in EXTREMES.items():
        for width in (16, 32):
            variable, left, right, threshold = z3.BitVecs('v l r c', width)
            yield ask([variable == meaning(left, right)], said(Extreme(kind, variable, left, right), threshold))


class EntryGoals:
    """Goals about single entries, each asked once for all entries that are computed by the same term."""

    def __init__(self):
        self._known = {}

    def decide(self, recorder, assumptions, goal, inputs):
        """`inputs` are the variables that belong to the entry; their names are of no account."""
        names = [(v, z3.BitVec(f'entry{i}', v.size())) for i, v in enumerate(inputs)]
        question = z3.substitute(z3.Implies(z3.And(*assumptions), goal), *names)
        if question.get_id() not in self._known:
            # The question is kept too: an id belongs to a term only as long as the term lives.
            self._known[question.get_id()] = (question, ask(recorder.definitions(), question))
        return self._known[question.get_id()][1]
